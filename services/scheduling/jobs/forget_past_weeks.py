"""Job that forgets when workers were away and which weeks they confirmed, once that is over: nobody has use for it then."""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.scheduling.storage import away, week_confirmations


def job(zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        return await away.forget_past(work) + await week_confirmations.forget_past(work, work.now.astimezone(zone).date())

    return Job("forget_past_weeks", run, every_seconds=3600)
