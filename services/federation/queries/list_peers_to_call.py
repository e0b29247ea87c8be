"""The peers that we call: those in an answered state, and severed ones that were not told yet; only where there is an inbound port."""

from dataclasses import dataclass
from datetime import datetime

from kith.federation.v1.enums import PeerState
from libs.database.engine import UnitOfWork
from services.federation.domain import message_stream
from services.federation.domain.peering import ANSWERED_STATES
from services.federation.storage import own_identity, peer_messages, peers


@dataclass(frozen=True)
class PeerToCall:
    """`peering` is another value whenever people here changed something that the peer should learn at once."""

    peering: tuple[object, ...]
    heard_at: datetime | None


async def list_peers_to_call(work: UnitOfWork) -> dict[str, PeerToCall]:
    """By co-op id."""
    identity = await own_identity.get_latest(work)
    own_seq = identity.document.seq if identity else 0
    result = {}
    for peer in await peers.list_all(work):
        if not peer.endpoint:
            continue
        if peer.state in ANSWERED_STATES or (
            peer.state is PeerState.SEVERED and await peer_messages.has_undelivered(work, peer.id, peer.letters_held, message_stream.SEVER)
        ):
            peering = (peer.state, peer.seq, peer.compared, peer.our_half, peer.suspended_by_us, own_seq)
            result[peer.id] = PeerToCall(peering, peer.heard_at)
    return result
