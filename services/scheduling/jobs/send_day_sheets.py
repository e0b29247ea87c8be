"""Job that sends day sheets: at the rulebook's hour of the evening before, and again when the plan of the day has changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.scheduling.commands.send_day_sheets import next_day_sheets, send_day_sheets


def job(zone: ZoneInfo) -> Job:
    """`zone` decides which hour it is. No event wakes it, as it goes over everybody: once a minute it sees what has been overtaken."""

    async def run(work: UnitOfWork) -> int:
        return await send_day_sheets(work, zone=zone)

    async def next_look(work: UnitOfWork) -> datetime | None:
        return await next_day_sheets(work, zone=zone)

    return Job("send_day_sheets", run, due=next_look, woken_by=())
