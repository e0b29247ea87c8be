"""Job that closes questions to teams once their last day is over."""

from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.matching.commands.close_team_questions import close_team_questions
from services.matching.storage import team_questions


def job(zone: ZoneInfo) -> Job:
    """`zone` decides when a day is over."""

    async def next_end(work: UnitOfWork) -> datetime | None:
        last_day = await team_questions.first_last_day(work)
        return datetime.combine(last_day + timedelta(days=1), time(), zone) if last_day else None

    return Job("close_team_questions", partial(close_team_questions, zone=zone), due=next_end)
