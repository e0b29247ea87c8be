"""ResumePeer: ends our suspension. The peering is active again when neither side suspends it."""

from dataclasses import replace

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.federation.domain import message_stream, peering
from services.federation.domain.peering import PeeringAction
from services.federation.storage import decisions, events_out, peer_messages, peers
from services.federation.storage.peers import Peer


async def resume_peer(work: UnitOfWork, peer_id: str, decision_id: str, number: int) -> Peer:
    """Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, FailedPrecondition PEER_IS_<STATE>, NOT_SUSPENDED_BY_US, DECISION_UNKNOWN or
    DECISION_NOT_PASSED.
    """
    await hats.require(work, hats.SECRETARY)
    peer = await peers.require(work, peer_id)
    state = peering.next_state(peer.state, PeeringAction.RESUME)
    if not peer.suspended_by_us:
        raise FailedPrecondition("NOT_SUSPENDED_BY_US")
    decision = await decisions.require_passed(work, decision_id, number)
    peer = replace(peer, state=peer.state if peer.suspended_by_them else state, suspended_by_us=False)
    await peers.save_peering(work, peer)
    await peers.add_log_entry(work, peer.id, "resumed", decision_number=number)
    await peer_messages.enqueue(work, peer.id, message_stream.RESUME, {"decision": decision.reference})
    if peer.state is state:
        await events_out.peer_resumed(work, peer.id)
    return peer
