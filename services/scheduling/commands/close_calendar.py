"""A calendar ends: its address leads nowhere any more."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.storage import calendars


async def close_calendar(work: UnitOfWork) -> None:
    """Does nothing where there is none. Raises NotAllowed PERSON_NEEDED."""
    await calendars.delete_of(work, await hats.require_person(work))
