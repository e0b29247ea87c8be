"""Whether the caller has a calendar, and its key."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.storage import calendars
from services.scheduling.storage.calendars import Calendar


async def get_calendar(work: UnitOfWork) -> Calendar | None:
    """Raises NotAllowed PERSON_NEEDED."""
    return await calendars.find_of(work, await hats.require_person(work))
