"""Job that forgets when workers were away, which weeks they confirmed, standing places and drafts, once that is over.

Nobody has use for it then.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.scheduling.storage import away, standing_places, week_confirmations, week_drafts


def job(zone: ZoneInfo) -> Job:
    """`zone` decides which day it is."""

    async def run(work: UnitOfWork) -> int:
        today = work.now.astimezone(zone).date()
        past = await away.forget_past(work) + await week_confirmations.forget_past(work, today)
        past += await standing_places.forget_past(work, today)
        return past + await week_drafts.forget_past(work, today - timedelta(days=today.weekday()))

    return Job("forget_past_weeks", run, every_seconds=3600)
