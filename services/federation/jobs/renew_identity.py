"""Twice a minute: renews our identity document when the settings changed or the signing key is about to expire, and anchors its number."""

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.federation.commands.renew_identity import renew_identity
from services.federation.storage.identity_anchor import IdentityAnchor
from services.federation.storage.local_identity import LocalIdentity


def build_job(local_identity: LocalIdentity, identity_anchor: IdentityAnchor) -> Job:
    async def run(work: UnitOfWork) -> int:
        await identity_anchor.compare(work)
        return int(await renew_identity(work, local_identity))

    return Job("identity_kept", run, every_seconds=30.0)
