"""Ends relationships whose last day is over, so that the person hears of it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.commands.end_relationships_over_time import end_past_relationships
from services.identity.storage import relationships


def end_past_relationships_job(zone: ZoneInfo) -> Job:
    """`zone` decides when a day is over."""

    async def run(work: UnitOfWork) -> int:
        return await end_past_relationships(work, work.now.astimezone(zone).date())

    async def due(work: UnitOfWork) -> datetime | None:
        last_day = await relationships.next_last_day(work)
        return datetime.combine(last_day + timedelta(days=1), time(), zone) if last_day else None

    return Job("end_past_relationships", run, due, every_seconds=3600)
