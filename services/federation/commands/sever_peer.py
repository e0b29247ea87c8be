"""SeverPeer: ends the agreement. The peer's certificate is no longer accepted; the peer is told as long as it accepts our calls."""

from dataclasses import replace

from kith.federation.v1.enums import PeerState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists
from services.federation.domain import message_stream, peering
from services.federation.domain.peering import PeeringAction
from services.federation.storage import asks, decisions, events_out, peer_messages, peers
from services.federation.storage.peers import Peer


async def sever_peer(
    work: UnitOfWork,
    peer_id: str,
    decision_id: str,
    number: int,
    return_data: bool,  # noqa: FBT001 - a field of the request, bound by position
) -> Peer:
    """Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, FailedPrecondition DECISION_UNKNOWN or DECISION_NOT_PASSED, AlreadyExists
    SEVERED_ALREADY.
    """
    await hats.require(work, hats.SECRETARY)
    peer = await peers.require(work, peer_id)
    if peer.state is PeerState.SEVERED:
        raise AlreadyExists("SEVERED_ALREADY")
    decision = await decisions.require_passed(work, decision_id, number)
    peer = replace(peer, state=peering.next_state(peer.state, PeeringAction.SEVER))
    await peers.save_peering(work, peer)
    await asks.end_all_in(work, peer.id)
    await peers.add_log_entry(work, peer.id, "severed", decision_number=number)
    if return_data:
        await peers.add_log_entry(work, peer.id, "data_return_asked", decision_number=number)
    await peer_messages.enqueue(work, peer.id, message_stream.SEVER, {"decision": decision.reference, "return_data": return_data})
    await events_out.peer_severed(work, peer.id, by_us=True)
    return peer
