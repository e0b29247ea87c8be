"""Job that ends places in teams and introductions of those whose membership of the co-op is over."""

from datetime import datetime, timedelta

from libs.database.engine import UnitOfWork
from libs.host.caught_up import follow
from libs.host.component import Job, Runtime
from services.matching.commands.end_places import end_places
from services.matching.storage import ended_memberships

_SOON = timedelta(seconds=1)


def job(runtime: Runtime) -> Job:
    """It waits while the memberships are rebuilt: somebody who left and came back is a member only at the end."""

    async def run(work: UnitOfWork) -> int:
        await follow(work, runtime, "membership")
        return await end_places(work)

    async def next_end(work: UnitOfWork) -> datetime | None:
        at = await ended_memberships.next_end(work)
        return max(at, work.now + _SOON) if at else None

    return Job("end_places", run, due=next_end)
