"""Job that ends tasks when the credentials for them no longer count."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job, Runtime
from services.matching.commands.end_tasks import end_tasks
from services.matching.storage import tasks

_SOON = timedelta(seconds=1)


def job(zone: ZoneInfo, runtime: Runtime) -> Job:
    """`zone` decides when somebody's last day is over. It follows credentials and rulebook first.

    Of projections that are being rebuilt, half would look like too few, and a task that has ended does not come back. Until the job has
    run, who reads a team's tasks sees only those that count.
    """
    follow = [runtime.catch_up_with(source) for source in ("identity", "governance")]

    async def run(work: UnitOfWork) -> int:
        # Raises Unavailable SOURCE_AWAY: the job is run again a little later.
        for catch_up in follow:
            await catch_up()
        return await end_tasks(work, zone=zone)

    async def next_end(work: UnitOfWork) -> datetime | None:
        doubtful, last_day = await tasks.first_end(work)
        if doubtful:
            return work.now + _SOON
        return datetime.combine(last_day + timedelta(days=1), time(), zone) if last_day else None

    return Job("end_tasks", run, due=next_end)
