"""Composes one agreement from two halves and signs it."""

import hashlib
from dataclasses import replace

from libs.boards.document_fields import DocumentError
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.signing import canonical, statement
from services.federation.commands.activate_peering import activate_peering
from services.federation.domain import agreement, message_stream
from services.federation.storage import peer_messages
from services.federation.storage.local_identity import LocalIdentity, require_signing_key
from services.federation.storage.peers import Peer


async def sign_agreement(work: UnitOfWork, local_identity: LocalIdentity, peer: Peer) -> Peer:
    """Once both halves are here, composes the agreement, signs it and tells the peer; again when a half changes. Activates the peering when
    both have signed.
    """
    if peer.our_half is not None and peer.their_half is not None:
        peer = await _sign(work, local_identity, peer, peer.our_half, peer.their_half)
    return await activate_peering(work, peer)


async def _sign(work: UnitOfWork, local_identity: LocalIdentity, peer: Peer, our_half: bytes, their_half: bytes) -> Peer:
    try:
        content = agreement.compose(*(agreement.half_from_json(canonical.decode(half)) for half in (our_half, their_half)))
    except DocumentError:
        raise invalid("agreement", "AGREEMENT_UNREADABLE") from None
    if content == peer.agreement and peer.our_signature is not None:
        return peer
    signature = statement.sign((await require_signing_key(work, local_identity)).private, agreement.KIND, content)
    await peer_messages.enqueue(work, peer.id, message_stream.SIGNED, {"hash": hashlib.sha256(content).hexdigest(), "sig": signature.hex()})
    return replace(peer, agreement=content, our_signature=signature, their_signature=None)
