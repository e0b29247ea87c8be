"""AcceptPeer: takes another co-op's invitation. Nothing is believed yet but that this root key signed it; people compare the code next."""

from dataclasses import replace

from libs.access import hats
from libs.boards.forms import DocumentError
from libs.boards.identity import IdentityDocument
from libs.database.engine import Work
from libs.refusals import Conflict, invalid
from services.federation.domain import invitation, pairing
from services.federation.domain.invitation import Invitation
from services.federation.domain.pairing import Act, PeerState
from services.federation.storage import certificates, peers
from services.federation.storage.edge import identity_of
from services.federation.storage.peers import Peer


async def accept_peer(work: Work, text: str) -> Peer:
    """Raises NotAllowed HAT_NEEDED, NotNow IDENTITY_NOT_READY, Invalid INVITATION_UNREADABLE, INVITATION_IS_OURS or CERTIFICATE_UNUSABLE,
    Conflict PEER_ROOT_DIFFERS, PEER_ROOT_KNOWN or CERTIFICATE_OF_ANOTHER.
    """
    await hats.require(work, hats.SECRETARY)
    given = readable(text.strip().encode())
    own = (await identity_of(work)).document
    await _is_another(work, own, given.document)
    await usable(work, given)
    peer = await peers.held(work, given.document.id)
    if peer is None:
        await peers.add(work, given)
    else:
        await _again(work, peer, given)
    await peers.note(work, given.document.id, "accepted")
    found = await peers.one(work, given.document.id)
    if found is None:
        raise AssertionError(given.document.id)
    return found


def readable(text: bytes) -> Invitation:
    """Raises Invalid INVITATION_UNREADABLE."""
    try:
        return invitation.read(text)
    except DocumentError:
        raise invalid("invitation", "INVITATION_UNREADABLE") from None


async def usable(work: Work, given: Invitation) -> None:
    """Raises Invalid CERTIFICATE_UNUSABLE, Conflict CERTIFICATE_OF_ANOTHER."""
    if not all(certificates.is_usable(one) for one in given.certificates):
        raise invalid("invitation", "CERTIFICATE_UNUSABLE")
    if await peers.certificate_of_another(work, given):
        raise Conflict("CERTIFICATE_OF_ANOTHER")


async def _is_another(work: Work, own: IdentityDocument, theirs: IdentityDocument) -> None:
    if theirs.root == own.root or theirs.id == own.id:
        raise invalid("invitation", "INVITATION_IS_OURS")
    for peer in await peers.every(work):
        if peer.id == theirs.id and peer.root != theirs.root:
            raise Conflict("PEER_ROOT_DIFFERS")
        if peer.id != theirs.id and peer.root == theirs.root:
            raise Conflict("PEER_ROOT_KNOWN")


async def _again(work: Work, peer: Peer, given: Invitation) -> None:
    if given.document.seq > peer.seq:
        await peers.renew(work, given)
    state = pairing.after(peer.state, Act.ACCEPT)
    if peer.state is not PeerState.SEVERED:
        return
    # It begins anew: another comparison, another decision, another agreement. The letters go on where they were.
    anew = replace(peer, state=state, compared=False, decided=False, suspended_by_us=False, suspended_by_them=False)
    await peers.stand(work, replace(anew, our_half=None, their_half=None, agreement=None, our_signature=None, their_signature=None))
