"""Job that opens visits again when the credentials of who took them no longer count."""

from datetime import datetime, timedelta

from libs.database.engine import UnitOfWork
from libs.host.component import Job, Runtime
from services.scheduling.commands.give_back_uncleared import give_back_uncleared
from services.scheduling.storage import clearance

_SOON = timedelta(milliseconds=100)


def job(runtime: Runtime) -> Job:
    """It follows credentials and rulebook first: of projections that are being rebuilt, half would look like too few."""
    follow = [runtime.catch_up_with(source) for source in ("identity", "governance")]

    async def run(work: UnitOfWork) -> int:
        # Raises Unavailable SOURCE_AWAY: the job is run again a little later.
        for catch_up in follow:
            await catch_up()
        return await give_back_uncleared(work)

    async def next_look(work: UnitOfWork) -> datetime | None:
        return await clearance.next_look(work, work.now + _SOON)

    return Job("give_back_uncleared", run, due=next_look)
