"""The job of every service with records whose time can be over: once an hour it disposes of them (`libs/access/retention.py`).

What it goes by is other services' news: the rulebook in force, who left and came back, holds. So it first follows them; while one of them
is away, or its events are being handled again, nothing goes.
"""

from collections.abc import Awaitable, Callable, Sequence
from zoneinfo import ZoneInfo

from libs.access.person_tables import PersonTable
from libs.access.retention import dispose_records
from libs.database.engine import UnitOfWork
from libs.host.component import Job


def dispose_records_job(tables: Sequence[PersonTable], zone: ZoneInfo, catch_up: Sequence[Callable[[], Awaitable[object]]]) -> Job:
    """`zone` decides which day it is; `catch_up` follows each service that what is kept depends on."""

    async def run(work: UnitOfWork) -> int:
        # Raises Unavailable SOURCE_AWAY: the job is run again a little later.
        for follow in catch_up:
            await follow()
        return await dispose_records(work, tables, work.now.astimezone(zone).date())

    return Job("dispose_records", run, every_seconds=3600)
