"""Expires credentials at the end of their last day in the co-op's time zone, and reminds persons on the day the rulebook says."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.commands.expire_credentials import expire_credentials
from services.identity.storage import credentials


def expire_credentials_job(zone: ZoneInfo) -> Job:
    """`zone` decides when a day is over."""

    async def run(work: UnitOfWork) -> int:
        return await expire_credentials(work, work.now.astimezone(zone).date())

    async def due(work: UnitOfWork) -> datetime | None:
        last_day = await credentials.next_last_day(work)
        reminder = await credentials.next_reminder(work, work.now.astimezone(zone).date())
        days = [day for day in (last_day and last_day + timedelta(days=1), reminder) if day is not None]
        return datetime.combine(min(days), time(), zone) if days else None

    return Job("expire_credentials", run, due, every_seconds=3600)
