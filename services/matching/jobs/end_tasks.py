"""Job that ends tasks when the credentials for them no longer count."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.caught_up import follow
from libs.host.component import Job, Runtime
from services.matching.commands.end_tasks import end_tasks
from services.matching.storage import tasks

_SOON = timedelta(seconds=1)


def job(zone: ZoneInfo, runtime: Runtime) -> Job:
    """`zone` decides when somebody's last day is over. It waits while credentials or rulebook are rebuilt.

    Half of somebody's credentials would look like too few, and a task that has ended does not come back. Until the job has run, who reads
    a team's tasks sees only those that count.
    """

    async def run(work: UnitOfWork) -> int:
        await follow(work, runtime, "identity", "governance")
        return await end_tasks(work, zone=zone)

    async def next_end(work: UnitOfWork) -> datetime | None:
        doubtful, last_day = await tasks.first_end(work)
        if doubtful:
            return work.now + _SOON
        return datetime.combine(last_day + timedelta(days=1), time(), zone) if last_day else None

    return Job("end_tasks", run, due=next_end)
