"""SuspendPeer: by our decision nothing of votes goes to it or comes from it until it is resumed."""

from dataclasses import replace

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import AlreadyDone
from services.federation.commands.confirm_peer import known
from services.federation.commands.deciding import decided
from services.federation.domain import letters, pairing
from services.federation.domain.pairing import Act
from services.federation.storage import facts_out, peers
from services.federation.storage import letters as stream
from services.federation.storage.peers import Peer


async def suspend_peer(work: Work, peer_id: str, decision_id: str, number: int) -> Peer:
    """Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, NotNow PEER_IS_<STATE>, DECISION_UNKNOWN or DECISION_NOT_PASSED,
    AlreadyDone SUSPENDED_ALREADY.
    """
    await hats.require(work, hats.SECRETARY)
    peer = await known(work, peer_id)
    state = pairing.after(peer.state, Act.SUSPEND)
    if peer.suspended_by_us:
        raise AlreadyDone("SUSPENDED_ALREADY")
    decision = await decided(work, decision_id, number)
    peer = replace(peer, state=state, suspended_by_us=True)
    await peers.stand(work, peer)
    await peers.note(work, peer.id, "suspended", decision_number=number)
    await stream.write(work, peer.id, letters.SUSPEND, {"decision": decision.reference})
    await facts_out.peer_suspended(work, peer.id)
    return peer
