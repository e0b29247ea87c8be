"""Makes the first identity document, and a newer one when the settings changed or the signing key grows old. Needs the root key here."""

from dataclasses import replace
from datetime import timedelta

from libs.boards import identity
from libs.boards.identity import IdentityDocument
from libs.database.engine import Work
from libs.refusals import Conflict
from services.federation.storage import identity_kept, keys, root_key
from services.federation.storage.edge import Edge, says_the_same
from services.federation.storage.identity_kept import OwnIdentity

RENEW_BEFORE = timedelta(days=60)


async def keep_identity(work: Work, edge: Edge) -> bool:
    """Whether a document was made. Raises Conflict ROOT_KEY_IS_ANOTHER: who a co-op is, is its root key, and that never changes."""
    await identity_kept.hold(work)
    own = await identity_kept.own(work)
    now = int(work.now.timestamp())
    old = own is not None and _ends(own) - RENEW_BEFORE.total_seconds() < now
    if own is not None and says_the_same(own.document, edge) and not old:
        return False
    root = root_key.read(edge.root_file)
    if root is None:
        return False
    public = root.public_key().public_bytes_raw()
    if own is not None and own.document.root != public:
        raise Conflict("ROOT_KEY_IS_ANOTHER")
    if own is None or old:
        await keys.use_signing(work, await keys.add_signing(work, edge.vault, work.now, in_use=False))
    if own is None:
        await keys.add_tls(work, edge.vault, edge.co_op, "current")
        await keys.add_tls(work, edge.vault, edge.co_op, "next")
    document = await composed(work, edge, public, own.document.seq + 1 if own else 1)
    await identity_kept.add(work, document, identity.sign(document, root))
    return True


async def composed(work: Work, edge: Edge, root: bytes, seq: int) -> IdentityDocument:
    """The document as the keys and settings are now, not signed yet."""
    hashes = (await keys.tls_hash(work, "current"), await keys.tls_hash(work, "next"))
    document = IdentityDocument(
        id=edge.co_op,
        name=edge.name,
        root=root,
        seq=seq,
        issued=int(work.now.timestamp()),
        endpoint=edge.endpoint,
        keys=await keys.all_signing(work),
        tls=hashes,
        versions=identity.PROTOCOL_VERSIONS,
        revoked=(),
    )
    return replace(document, revoked=await keys.revoked(work))


def _ends(own: OwnIdentity) -> int:
    return max(one.ends for one in own.document.keys)
