"""The peers that we call: those in an answered state, and severed ones that were not told yet; only where there is an inbound port."""

from libs.database.engine import UnitOfWork
from services.federation.domain import message_stream
from services.federation.domain.peering import ANSWERED_STATES, PeerState
from services.federation.storage import peer_messages, peers


async def list_peers_to_call(work: UnitOfWork) -> set[str]:
    """Co-op ids."""
    co_ops = set()
    for peer in await peers.list_all(work):
        if not peer.endpoint:
            continue
        if peer.state in ANSWERED_STATES or (
            peer.state is PeerState.SEVERED and await peer_messages.has_undelivered(work, peer.id, peer.letters_held, message_stream.SEVER)
        ):
            co_ops.add(peer.id)
    return co_ops
