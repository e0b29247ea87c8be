"""Creates the first identity document, and a newer one when the settings changed or the signing key expires soon. Needs the root key."""

from dataclasses import replace
from datetime import timedelta

from libs.boards import identity_documents
from libs.boards.identity_documents import IdentityDocument
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict
from services.federation.storage import own_identity, own_keys, root_key
from services.federation.storage.local_identity import LocalIdentity, matches_settings
from services.federation.storage.own_identity import OwnIdentity

RENEW_BEFORE = timedelta(days=60)


async def renew_identity(work: UnitOfWork, local_identity: LocalIdentity) -> bool:
    """Returns whether a document was created. Raises Conflict ROOT_KEY_IS_ANOTHER: the root key identifies a co-op and never changes."""
    await own_identity.lock(work)
    current = await own_identity.get_latest(work)
    now = int(work.now.timestamp())
    is_expiring = current is not None and _last_key_end(current) - RENEW_BEFORE.total_seconds() < now
    if current is not None and matches_settings(current.document, local_identity) and not is_expiring:
        return False
    root = root_key.read(local_identity.root_key_file)
    if root is None:
        return False
    public = root.public_key().public_bytes_raw()
    if current is not None and current.document.root != public:
        raise Conflict("ROOT_KEY_IS_ANOTHER")
    if current is None or is_expiring:
        await own_keys.activate_signing_key(work, await own_keys.create_signing_key(work, local_identity.cipher, work.now, in_use=False))
    if current is None:
        await own_keys.create_tls_key(work, local_identity.cipher, local_identity.co_op, "current")
        await own_keys.create_tls_key(work, local_identity.cipher, local_identity.co_op, "next")
    document = await compose_identity(work, local_identity, public, local_identity.seq_after(current.document if current else None))
    await own_identity.add(work, document, identity_documents.sign_identity(document, root))
    return True


async def compose_identity(work: UnitOfWork, local_identity: LocalIdentity, root: bytes, seq: int) -> IdentityDocument:
    """The unsigned document for the present keys and settings."""
    hashes = (await own_keys.get_tls_hash(work, "current"), await own_keys.get_tls_hash(work, "next"))
    document = IdentityDocument(
        id=local_identity.co_op,
        name=local_identity.name,
        root=root,
        seq=seq,
        issued=int(work.now.timestamp()),
        endpoint=local_identity.endpoint,
        keys=await own_keys.list_signing_keys(work),
        tls=hashes,
        versions=identity_documents.PROTOCOL_VERSIONS,
        revoked=(),
    )
    return replace(document, revoked=await own_keys.list_revoked(work))


def _last_key_end(current: OwnIdentity) -> int:
    return max(key.ends for key in current.document.keys)
