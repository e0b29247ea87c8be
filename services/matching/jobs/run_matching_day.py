"""Job that runs matching days when their time has come."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.caught_up import follow_what_was_heard
from libs.host.component import Job, Runtime
from services.matching.commands.run_matching_day import run_matching_day
from services.matching.storage import matching_days

_SOON = timedelta(seconds=1)


def job(zone: ZoneInfo, runtime: Runtime) -> Job:
    """It waits while memberships, credentials or the rulebook are rebuilt: half of them would leave people out.

    While the bus is away it runs by what was heard before: a proposal to somebody who has left in the meantime ends once that is heard.
    """
    run_one = partial(run_matching_day, zone=zone)

    async def run(work: UnitOfWork) -> int:
        at = await matching_days.next_run(work)
        if at is None or work.now < at:
            return 0
        await follow_what_was_heard(work, runtime, "identity", "membership", "governance")
        return await run_one(work)

    async def next_run(work: UnitOfWork) -> datetime | None:
        at = await matching_days.next_run(work)
        return max(at, work.now + _SOON) if at else None

    return Job("run_matching_day", run, due=next_run)
