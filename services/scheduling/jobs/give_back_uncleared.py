"""Job that opens visits again when the credentials of who took them no longer count, or they may not do what is to be done there."""

from datetime import datetime, timedelta

from libs.database.engine import UnitOfWork
from libs.host.caught_up import follow
from libs.host.component import Job, Runtime
from services.scheduling.commands.give_back_uncleared import give_back_uncleared
from services.scheduling.storage import clearance

_SOON = timedelta(milliseconds=100)


def job(runtime: Runtime) -> Job:
    """It waits while credentials, tasks or rulebook are rebuilt: half of them would look like too few."""

    async def run(work: UnitOfWork) -> int:
        await follow(work, runtime, "identity", "governance", "matching")
        return await give_back_uncleared(work)

    async def next_look(work: UnitOfWork) -> datetime | None:
        return await clearance.next_look(work, work.now + _SOON)

    return Job("give_back_uncleared", run, due=next_look)
