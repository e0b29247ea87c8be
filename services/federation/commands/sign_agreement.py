"""Composes one agreement from two halves, and has both sides sign it."""

import hashlib
from dataclasses import replace

from libs.boards.document_fields import DocumentError
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.signing import canonical, statement
from services.federation.domain import agreement, message_stream, peering
from services.federation.domain.peering import PeeringAction, PeerState
from services.federation.storage import events_out, peer_messages, peers
from services.federation.storage.local_identity import LocalIdentity, require_signing_key
from services.federation.storage.peers import Peer


async def compose_and_sign_agreement(work: UnitOfWork, local_identity: LocalIdentity, peer: Peer) -> Peer:
    """Once both halves are here, composes the agreement, signs it and tells the peer; again when a half changes."""
    if peer.our_half is None or peer.their_half is None:
        return peer
    try:
        our_half, their_half = (agreement.half_from_json(canonical.decode(half)) for half in (peer.our_half, peer.their_half))
        content = agreement.compose(our_half, their_half)
    except DocumentError:
        raise invalid("agreement", "AGREEMENT_UNREADABLE") from None
    if content == peer.agreement and peer.our_signature is not None:
        return peer
    signature = statement.sign((await require_signing_key(work, local_identity)).private, agreement.KIND, content)
    await peer_messages.enqueue(work, peer.id, message_stream.SIGNED, {"hash": hashlib.sha256(content).hexdigest(), "sig": signature.hex()})
    return replace(peer, agreement=content, our_signature=signature, their_signature=None)


async def activate_when_both_signed(work: UnitOfWork, peer: Peer) -> Peer:
    """Activates the peering once both have signed the same bytes."""
    if peer.agreement is None or peer.our_signature is None or peer.their_signature is None:
        return peer
    begins = peer.state is PeerState.CONFIRMED
    peer = replace(peer, state=peering.next_state(peer.state, PeeringAction.AGREE))
    if begins:
        await peers.add_log_entry(work, peer.id, "paired")
        await events_out.peer_paired(work, peer.id)
    return peer
