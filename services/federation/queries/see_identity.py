"""Who this co-op is towards others. Open to everybody signed in: it is what others are given."""

from dataclasses import dataclass

from libs.access import hats
from libs.boards.identity import fingerprint_of
from libs.database.engine import Work
from services.federation.domain import invitation
from services.federation.storage import identity_kept, keys, peers, root_key
from services.federation.storage.edge import Edge, identity_of
from services.federation.storage.identity_kept import OwnIdentity


@dataclass(frozen=True)
class SeenIdentity:
    """`kept` is None until the root key has signed a document."""

    kept: OwnIdentity | None
    root_here: bool


async def see_identity(work: Work, edge: Edge) -> SeenIdentity:
    return SeenIdentity(await identity_kept.own(work), root_key.is_here(edge.root_file))


async def invite_peer(work: Work) -> str:
    """The text to give to another co-op. Raises NotAllowed HAT_NEEDED, NotNow IDENTITY_NOT_READY."""
    await hats.require(work, hats.SECRETARY)
    return (await own_invitation(work)).decode()


async def own_invitation(work: Work) -> bytes:
    """Raises NotNow IDENTITY_NOT_READY."""
    return invitation.write((await identity_of(work)).content, await keys.tls_certificates(work))


async def fingerprints(work: Work) -> dict[str, str]:
    """Root fingerprints as people here know them: our own, and those of co-ops whose codes were compared."""
    own = await identity_kept.own(work)
    found = {own.document.id: own.document.fingerprint} if own is not None else {}
    return found | {peer.id: fingerprint_of(peer.root) for peer in await peers.every(work) if peer.compared}
