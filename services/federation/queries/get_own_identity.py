"""This co-op's own identity, as other co-ops see it. Open to everybody signed in."""

from dataclasses import dataclass

from libs.access import hats
from libs.boards.identity_documents import fingerprint_of
from libs.database.engine import UnitOfWork
from services.federation.domain import invitation
from services.federation.storage import own_identity, own_keys, peers, root_key
from services.federation.storage.local_identity import LocalIdentity, require_identity
from services.federation.storage.own_identity import OwnIdentity


@dataclass(frozen=True)
class OwnIdentityView:
    """`latest` is None until the root key has signed a document."""

    latest: OwnIdentity | None
    has_root_key: bool


async def get_own_identity(work: UnitOfWork, local_identity: LocalIdentity) -> OwnIdentityView:
    return OwnIdentityView(await own_identity.get_latest(work), root_key.exists(local_identity.root_key_file))


async def get_invitation(work: UnitOfWork, local_identity: LocalIdentity) -> str:
    """The invitation to give to another co-op. Raises NotAllowed HAT_NEEDED, FailedPrecondition IDENTITY_NOT_READY."""
    await hats.require(work, hats.SECRETARY)
    return (await write_own_invitation(work, local_identity)).decode()


async def write_own_invitation(work: UnitOfWork, local_identity: LocalIdentity) -> bytes:
    """Returns once its number is anchored: before the document leaves. Raises FailedPrecondition IDENTITY_NOT_READY."""
    if local_identity.anchor is not None:
        await local_identity.anchor.compare(work)
    return invitation.write((await require_identity(work)).content, await own_keys.list_tls_certificates(work))


async def get_root_fingerprints(work: UnitOfWork) -> dict[str, str]:
    """Root fingerprints that people here know: our own, and those of co-ops whose codes were compared."""
    identity = await own_identity.get_latest(work)
    result = {identity.document.id: identity.document.fingerprint} if identity is not None else {}
    return result | {peer.id: fingerprint_of(peer.root) for peer in await peers.list_all(work) if peer.compared}
