"""SeverPeer: the agreement is over. Its certificate opens nothing here any more; it is told as long as it lets us in."""

from dataclasses import replace

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import AlreadyDone
from services.federation.commands.confirm_peer import known
from services.federation.commands.deciding import decided
from services.federation.domain import letters, pairing
from services.federation.domain.pairing import Act, PeerState
from services.federation.storage import facts_out, peers
from services.federation.storage import letters as stream
from services.federation.storage.peers import Peer


async def sever_peer(work: Work, peer_id: str, decision_id: str, number: int, *, return_data: bool) -> Peer:
    """Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, NotNow DECISION_UNKNOWN or DECISION_NOT_PASSED, AlreadyDone SEVERED_ALREADY."""
    await hats.require(work, hats.SECRETARY)
    peer = await known(work, peer_id)
    if peer.state is PeerState.SEVERED:
        raise AlreadyDone("SEVERED_ALREADY")
    decision = await decided(work, decision_id, number)
    peer = replace(peer, state=pairing.after(peer.state, Act.SEVER))
    await peers.stand(work, peer)
    await peers.note(work, peer.id, "severed", decision_number=number)
    if return_data:
        await peers.note(work, peer.id, "data_return_asked", decision_number=number)
    await stream.write(work, peer.id, letters.SEVER, {"decision": decision.reference, "return_data": return_data})
    await facts_out.peer_severed(work, peer.id, by_us=True)
    return peer
