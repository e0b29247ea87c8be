"""Every few seconds: does our identity document say what the settings say, with a signing key that is not about to end?"""

from libs.database.engine import Work
from libs.host.component import Job
from services.federation.commands.keep_identity import keep_identity
from services.federation.storage.edge import Edge


def job(edge: Edge) -> Job:
    async def run(work: Work) -> int:
        return int(await keep_identity(work, edge))

    return Job("identity_kept", run, every_seconds=10.0)
