"""Twice a minute: renews our identity document when the settings changed or the signing key is about to expire."""

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.federation.commands.renew_identity import renew_identity
from services.federation.storage.local_identity import LocalIdentity


def build_job(local_identity: LocalIdentity) -> Job:
    async def run(work: UnitOfWork) -> int:
        return int(await renew_identity(work, local_identity))

    return Job("identity_kept", run, every_seconds=30.0)
