"""Job that forgets who was suggested to whom, once no figure asks for it any more, and call-outs whose last day is over."""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.matching.domain.exposure import first_week
from services.matching.storage import call_outs, showings


def job(zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        today = work.now.astimezone(zone).date()
        return await showings.forget_before(work, first_week(today)) + await call_outs.forget_before(work, today)

    return Job("forget_passed", run, every_seconds=3600)
