"""RotateKeys: creates a new signing key and a new certificate, in a new identity document.

The certificate that was announced as the next one comes into use, so that peers that missed the new document still recognise us.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.access import hats
from libs.boards import document_fields, identity_documents
from libs.boards.document_fields import DocumentError
from libs.callers import AuthenticationStrength
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, invalid
from libs.signing import statement
from services.federation.commands.renew_identity import compose_identity
from services.federation.storage import own_identity, own_keys, peers, root_key
from services.federation.storage.local_identity import LocalIdentity, require_identity
from services.federation.storage.own_identity import UnsignedIdentity

MAX_REVOKED = 100


@dataclass(frozen=True)
class RotationResult:
    """The new document; or the bytes that the root key, kept elsewhere, must sign first."""

    document: bytes
    seq: int
    to_sign: bytes


async def rotate_keys(work: UnitOfWork, local_identity: LocalIdentity, revoke: Sequence[str], root_signature: bytes) -> RotationResult:
    """Raises NotAllowed HAT_NEEDED, FailedPrecondition IDENTITY_NOT_READY or NOTHING_TO_SIGN, Invalid KEY_FORM or SIGNATURE_WRONG."""
    if work.caller.strength is not AuthenticationStrength.INSTANCE_KEY:
        await hats.require(work, hats.OPERATOR)
    await own_identity.lock(work)
    current = await require_identity(work)
    if root_signature:
        unsigned = await own_identity.get_unsigned(work)
        if unsigned is None or unsigned.seq < local_identity.seq_after(current.document):
            raise FailedPrecondition("NOTHING_TO_SIGN")
        return await _attach_root_signature(work, unsigned, root_signature)
    unsigned = await _create_keys(
        work, local_identity, current.document.root, local_identity.seq_after(current.document), _parse_keys(revoke)
    )
    root = root_key.read(local_identity.root_key_file)
    if root is None:
        await own_identity.save_unsigned(work, unsigned)
        return RotationResult(b"", unsigned.seq, unsigned.body)
    return await _attach_root_signature(work, unsigned, statement.sign(root, identity_documents.KIND, unsigned.body))


async def _create_keys(work: UnitOfWork, local_identity: LocalIdentity, root: bytes, seq: int, revoke: Sequence[bytes]) -> UnsignedIdentity:
    """Creates the new keys; they are not used before the root key has signed."""
    if (previous := await own_identity.get_unsigned(work)) is not None:
        await own_keys.delete_unused(work, previous.signing_key, previous.next_tls)
    signing_key = await own_keys.create_signing_key(work, local_identity.cipher, work.now, in_use=False)
    next_tls = await own_keys.create_tls_key(work, local_identity.cipher, local_identity.co_op, "waiting")
    document_now = await compose_identity(work, local_identity, root, seq)
    revoked = tuple(sorted({*document_now.revoked, *revoke}))
    document = replace(document_now, tls=(await own_keys.get_tls_hash(work, "next"), next_tls), revoked=revoked)
    return UnsignedIdentity(seq, identity_documents.identity_body(document), signing_key, next_tls)


async def _attach_root_signature(work: UnitOfWork, unsigned: UnsignedIdentity, root_signature: bytes) -> RotationResult:
    try:
        content = identity_documents.attach_signature(unsigned.body, root_signature)
    except DocumentError:
        raise invalid("root_signature", "SIGNATURE_WRONG") from None
    document = identity_documents.read_identity(content)
    await own_keys.activate_signing_key(work, unsigned.signing_key)
    await own_keys.promote_tls_keys(work, unsigned.next_tls)
    for key in document.revoked:
        await own_keys.revoke(work, key)
    await own_identity.add(work, document, content)
    for peer in await peers.list_all(work):
        await peers.add_log_entry(work, peer.id, "keys_rotated")
    return RotationResult(content, document.seq, b"")


def _parse_keys(revoke: Sequence[str]) -> list[bytes]:
    if len(revoke) > MAX_REVOKED or not all(document_fields.HEX32.fullmatch(key) for key in revoke):
        raise invalid("revoke", "KEY_FORM")
    return [bytes.fromhex(key) for key in revoke]
