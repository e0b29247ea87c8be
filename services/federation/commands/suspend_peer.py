"""SuspendPeer: by our decision, no votes are exchanged with the peer until it is resumed."""

from dataclasses import replace

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists
from services.federation.domain import message_stream, peering
from services.federation.domain.peering import PeeringAction
from services.federation.storage import decisions, events_out, peer_messages, peers
from services.federation.storage.peers import Peer


async def suspend_peer(work: UnitOfWork, peer_id: str, decision_id: str, number: int) -> Peer:
    """Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, FailedPrecondition PEER_IS_<STATE>, DECISION_UNKNOWN or DECISION_NOT_PASSED,
    AlreadyExists SUSPENDED_ALREADY.
    """
    await hats.require(work, hats.SECRETARY)
    peer = await peers.require(work, peer_id)
    state = peering.next_state(peer.state, PeeringAction.SUSPEND)
    if peer.suspended_by_us:
        raise AlreadyExists("SUSPENDED_ALREADY")
    decision = await decisions.require_passed(work, decision_id, number)
    peer = replace(peer, state=state, suspended_by_us=True)
    await peers.save_peering(work, peer)
    await peers.add_log_entry(work, peer.id, "suspended", decision_number=number)
    await peer_messages.enqueue(work, peer.id, message_stream.SUSPEND, {"decision": decision.reference})
    await events_out.peer_suspended(work, peer.id)
    return peer
