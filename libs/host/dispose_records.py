"""The job of every service with records whose time can be over: once an hour it disposes of them (`libs/access/retention.py`)."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from libs.access.person_tables import PersonTable
from libs.access.retention import dispose_records
from libs.database.engine import UnitOfWork
from libs.host.component import Job


def dispose_records_job(tables: Sequence[PersonTable], zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        return await dispose_records(work, tables, work.now.astimezone(zone).date())

    return Job("dispose_records", run, every_seconds=3600)
