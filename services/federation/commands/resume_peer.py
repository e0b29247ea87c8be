"""ResumePeer: our suspension ends. The peering holds again when neither side suspends it."""

from dataclasses import replace

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotNow
from services.federation.commands.confirm_peer import known
from services.federation.commands.deciding import decided
from services.federation.domain import letters, pairing
from services.federation.domain.pairing import Act
from services.federation.storage import facts_out, peers
from services.federation.storage import letters as stream
from services.federation.storage.peers import Peer


async def resume_peer(work: Work, peer_id: str, decision_id: str, number: int) -> Peer:
    """Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, NotNow PEER_IS_<STATE>, NOT_SUSPENDED_BY_US, DECISION_UNKNOWN or
    DECISION_NOT_PASSED.
    """
    await hats.require(work, hats.SECRETARY)
    peer = await known(work, peer_id)
    state = pairing.after(peer.state, Act.RESUME)
    if not peer.suspended_by_us:
        raise NotNow("NOT_SUSPENDED_BY_US")
    decision = await decided(work, decision_id, number)
    peer = replace(peer, state=peer.state if peer.suspended_by_them else state, suspended_by_us=False)
    await peers.stand(work, peer)
    await peers.note(work, peer.id, "resumed", decision_number=number)
    await stream.write(work, peer.id, letters.RESUME, {"decision": decision.reference})
    if peer.state is state:
        await facts_out.peer_resumed(work, peer.id)
    return peer
