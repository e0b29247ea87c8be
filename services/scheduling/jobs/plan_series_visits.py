"""Job that makes the visits of series some weeks ahead: a day more each day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.scheduling.commands.plan_series_visits import plan_series_visits
from services.scheduling.storage import series

_SOON = timedelta(milliseconds=100)


def job(zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        return await plan_series_visits(work, work.now.astimezone(zone).date(), zone=zone)

    async def next_due(work: UnitOfWork) -> datetime | None:
        local = work.now.astimezone(zone)
        if await series.is_any_due(work, local.date()):
            return work.now + _SOON
        tomorrow = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
        return tomorrow.astimezone(UTC) if await series.is_any_running(work) else None

    return Job("plan_series_visits", run, due=next_due)
