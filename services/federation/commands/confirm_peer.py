"""ConfirmPeer: the codes were the same, and this decision of ours says that we want it. Without a decision the peering stays pending."""

from dataclasses import replace

from libs.access import hats
from libs.boards import forms, identity
from libs.boards.forms import DocumentError
from libs.database.engine import Work
from libs.refusals import NotFound, invalid
from libs.signing import canonical
from services.federation.commands.agreeing import compose_and_sign, conclude
from services.federation.commands.deciding import decided
from services.federation.domain import agreement, letters, pairing
from services.federation.domain.agreement import Half
from services.federation.domain.pairing import Act
from services.federation.storage import letters as stream
from services.federation.storage import peers
from services.federation.storage.edge import Edge, identity_of
from services.federation.storage.peers import Peer


async def confirm_peer(work: Work, edge: Edge, peer_id: str, code: str, decision_id: str, number: int, contact: str) -> Peer:
    """`code` may be left out once it was right; without `decision_id` only the code is kept.

    Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, NotNow PEER_IS_<STATE>, DECISION_UNKNOWN or DECISION_NOT_PASSED,
    Invalid CODE_DIFFERS or CONTACT_FORM.
    """
    await hats.require(work, hats.SECRETARY)
    peer = await known(work, peer_id)
    own = (await identity_of(work)).document
    state = pairing.after(peer.state, Act.CONFIRM)
    if (code or not peer.compared) and not pairing.same_code(code, pairing.code_of(own.root, peer.root)):
        raise invalid("code", "CODE_DIFFERS")
    if not peer.compared:
        await peers.note(work, peer.id, "compared")
    peer = replace(peer, state=state, compared=True)
    if decision_id:
        decision = await decided(work, decision_id, number)
        half = Half(own.id, own.name, own.fingerprint, _contact(contact), decision, identity.PROTOCOL_VERSIONS)
        said = agreement.half_to_json(half)
        peer = replace(peer, decided=True, contact=half.contact, our_half=canonical.encode(said))
        await stream.write(work, peer.id, letters.AGREE, {"half": said})
        await peers.note(work, peer.id, "decided", decision_number=number)
        peer = await conclude(work, await compose_and_sign(work, edge, peer))
    await peers.stand(work, peer)
    return peer


async def known(work: Work, peer_id: str) -> Peer:
    """Raises NotFound PEER_UNKNOWN."""
    found = await peers.held(work, peer_id)
    if found is None:
        raise NotFound("PEER_UNKNOWN")
    return found


def _contact(text: str) -> str:
    try:
        return forms.words(" ".join(text.split()), agreement.LONGEST_CONTACT, "contact")
    except DocumentError:
        raise invalid("contact", "CONTACT_FORM") from None
