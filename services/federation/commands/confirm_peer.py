"""ConfirmPeer: the codes matched, and a decision of ours approves the peering. Without a decision the peering stays pending."""

from dataclasses import replace

from libs.access import hats
from libs.boards import document_fields, identity_documents
from libs.boards.document_fields import DocumentError
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.signing import canonical
from services.federation.commands.sign_agreement import sign_agreement
from services.federation.domain import agreement, message_stream, peering
from services.federation.domain.agreement import AgreementHalf
from services.federation.domain.peering import PeeringAction
from services.federation.storage import decisions, peer_messages, peers
from services.federation.storage.local_identity import LocalIdentity, require_identity
from services.federation.storage.peers import Peer


async def confirm_peer(
    work: UnitOfWork, local_identity: LocalIdentity, peer_id: str, code: str, decision_id: str, number: int, contact: str
) -> Peer:
    """`code` may be left out after it matched once; without `decision_id` only the comparison is recorded.

    Raises NotAllowed HAT_NEEDED, NotFound PEER_UNKNOWN, FailedPrecondition PEER_IS_<STATE>, DECISION_UNKNOWN or DECISION_NOT_PASSED,
    Invalid CODE_DIFFERS or CONTACT_FORM.
    """
    await hats.require(work, hats.SECRETARY)
    peer = await peers.require(work, peer_id)
    own_document = (await require_identity(work)).document
    state = peering.next_state(peer.state, PeeringAction.CONFIRM)
    if (code or not peer.compared) and not peering.codes_match(code, peering.comparison_code(own_document.root, peer.root)):
        raise invalid("code", "CODE_DIFFERS")
    if not peer.compared:
        await peers.add_log_entry(work, peer.id, "compared")
    peer = replace(peer, state=state, compared=True)
    if decision_id:
        decision = await decisions.require_passed(work, decision_id, number)
        half = AgreementHalf(
            own_document.id,
            own_document.name,
            own_document.fingerprint,
            _parse_contact(contact),
            decision,
            identity_documents.PROTOCOL_VERSIONS,
        )
        half_json = agreement.half_to_json(half)
        peer = replace(peer, decided=True, contact=half.contact, our_half=canonical.encode(half_json))
        await peer_messages.enqueue(work, peer.id, message_stream.AGREE, {"half": half_json})
        await peers.add_log_entry(work, peer.id, "decided", decision_number=number)
        peer = await sign_agreement(work, local_identity, peer)
    await peers.save_peering(work, peer)
    return peer


def _parse_contact(text: str) -> str:
    try:
        return document_fields.parse_words(" ".join(text.split()), agreement.MAX_CONTACT_LENGTH, "contact")
    except DocumentError:
        raise invalid("contact", "CONTACT_FORM") from None
