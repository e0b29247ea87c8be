"""Ends the sessions of members whose last day is over."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.commands.end_former_members_sessions import end_sessions_of_former_members
from services.identity.storage import membership_ends


def end_former_members_sessions_job(zone: ZoneInfo) -> Job:
    """`zone` decides when a day is over."""

    async def run(work: UnitOfWork) -> int:
        return await end_sessions_of_former_members(work, work.now.astimezone(zone).date())

    async def due(work: UnitOfWork) -> datetime | None:
        last_day = await membership_ends.next_last_day(work)
        return datetime.combine(last_day + timedelta(days=1), time(), zone) if last_day else None

    return Job("end_former_members_sessions", run, due, every_seconds=3600)
