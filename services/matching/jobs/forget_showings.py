"""Job that forgets who was suggested to whom, once no figure asks for it any more."""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.matching.domain.exposure import first_week
from services.matching.storage import showings


def job(zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        return await showings.forget_before(work, first_week(work.now.astimezone(zone).date()))

    return Job("forget_showings", run, every_seconds=3600)
