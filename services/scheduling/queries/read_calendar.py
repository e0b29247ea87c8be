"""The visits of a calendar, for who has its address: web asks as itself, and knows no person."""

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.domain.calendar_window import CalendarVisit, fit
from services.scheduling.storage import calendars


async def read_calendar(work: UnitOfWork, key: str) -> list[CalendarVisit]:
    """What is to be read are times of the person's own; no name and nobody else's id leaves with them, so no read of others is logged.

    Raises NotFound CALENDAR_UNKNOWN.
    """
    person = await calendars.find_person(work, key)
    if person is None:
        raise NotFound("CALENDAR_UNKNOWN")
    await acting.read_as(work, person)
    return fit(await calendars.list_visits(work, person), work.now)
