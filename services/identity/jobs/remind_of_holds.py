"""Reminds the secretaries of holds that they wanted to look at again."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.commands.remind_of_holds import remind_of_holds
from services.identity.storage import person_holds


def remind_of_holds_job(zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        return await remind_of_holds(work, work.now.astimezone(zone).date())

    async def due(work: UnitOfWork) -> datetime | None:
        day = await person_holds.next_review_day(work)
        return datetime.combine(day, time(), zone) if day else None

    return Job("remind_of_holds", run, due, every_seconds=3600)
