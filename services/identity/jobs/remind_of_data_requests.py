"""Reminds the secretaries a week before a request for data must be answered."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.commands.remind_of_data_requests import next_reminder_day, remind_of_data_requests


def remind_of_data_requests_job(zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        return await remind_of_data_requests(work, work.now.astimezone(zone).date())

    async def due(work: UnitOfWork) -> datetime | None:
        day = await next_reminder_day(work)
        return datetime.combine(day, time(), zone) if day else None

    return Job("remind_of_data_requests", run, due, every_seconds=3600)
