"""Calls off what is planned for people after the day on which they died, and, once it is over, ends what they share with others."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.commands.call_off_visits import call_off_visits
from services.scheduling.commands.end_what_they_share import end_what_they_share
from services.scheduling.storage import deceased_persons, series


async def call_off_visits_of_deceased(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns of how many people."""
    today = work.now.astimezone(zone).date()
    due = await deceased_persons.list_due(work, today)
    for person, last_day in due:
        if last_day < today:
            # Series, then what is shared, then visits: as who moves or ends them locks them.
            await series.lock_of(work, person, today)
            await end_what_they_share(work, person, zone=zone)
        await call_off_visits(work, person, last_day + timedelta(days=1), today)
    return len(due)
