"""AcceptPeer: accepts another co-op's invitation. So far only its root key's signature is trusted; next, people compare the code."""

from dataclasses import replace

from kith.federation.v1.enums import PeerState
from libs.access import hats
from libs.boards.identity_documents import IdentityDocument
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, invalid
from services.federation.domain import invitation, peering
from services.federation.domain.invitation import Invitation
from services.federation.domain.peering import PeeringAction
from services.federation.storage import peers
from services.federation.storage.local_identity import require_identity
from services.federation.storage.peers import Peer


async def accept_peer(work: UnitOfWork, text: str) -> Peer:
    """Raises NotAllowed HAT_NEEDED, FailedPrecondition IDENTITY_NOT_READY, Invalid INVITATION_UNREADABLE, INVITATION_IS_OURS or
    CERTIFICATE_UNUSABLE, Conflict PEER_ROOT_DIFFERS, PEER_ROOT_KNOWN, CERTIFICATE_OF_ANOTHER, IDENTITY_IS_OLDER or IDENTITY_NUMBER_TWICE.
    """
    await hats.require(work, hats.SECRETARY)
    invited = invitation.parse(text.strip().encode())
    own_document = (await require_identity(work)).document
    await _require_other_co_op(work, own_document, invited.document)
    await peers.require_usable_certificates(work, invited)
    peer = await peers.lock(work, invited.document.id)
    if peer is None:
        await peers.add(work, invited)
    else:
        await _accept_again(work, peer, invited)
    await peers.add_log_entry(work, invited.document.id, "accepted")
    stored_peer = await peers.get(work, invited.document.id)
    if stored_peer is None:
        raise AssertionError(invited.document.id)
    return stored_peer


async def _require_other_co_op(work: UnitOfWork, own_document: IdentityDocument, their_document: IdentityDocument) -> None:
    if their_document.root == own_document.root or their_document.id == own_document.id:
        raise invalid("invitation", "INVITATION_IS_OURS")
    for peer in await peers.list_all(work):
        if peer.id == their_document.id and peer.root != their_document.root:
            raise Conflict("PEER_ROOT_DIFFERS")
        if peer.id != their_document.id and peer.root == their_document.root:
            raise Conflict("PEER_ROOT_KNOWN")


async def _accept_again(work: UnitOfWork, peer: Peer, invited: Invitation) -> None:
    numbers = {"theirs": str(invited.document.seq), "held": str(peer.seq)}
    if invited.document.seq < peer.seq:
        # As after a restore from before its last rotation. Taking it would let anyone who has the old keys in again.
        raise Conflict("IDENTITY_IS_OLDER", **numbers)
    if invited.document.seq == peer.seq and invited.document != peer.identity:
        raise Conflict("IDENTITY_NUMBER_TWICE", **numbers)
    if invited.document.seq > peer.seq:
        await peers.save_identity(work, invited)
    state = peering.next_state(peer.state, PeeringAction.ACCEPT)
    if peer.state is not PeerState.SEVERED:
        return
    # The peering starts again: new comparison, new decision, new agreement. The message stream continues.
    renewed = replace(peer, state=state, compared=False, decided=False, suspended_by_us=False, suspended_by_them=False)
    await peers.save_peering(
        work, replace(renewed, our_half=None, their_half=None, agreement=None, our_signature=None, their_signature=None)
    )
