"""A person chooses to get their day sheet the evening before, and whether they may be named on the sheets of those whom they meet."""

from uuid import UUID

from libs.access import acting
from libs.database import wakeups
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import day_sheets
from services.scheduling.storage.day_sheets import DaySheetChoice


async def set_day_sheet_choice(
    work: UnitOfWork,
    person: UUID,
    wanted: bool,  # noqa: FBT001 - a field of the request
    named: bool,  # noqa: FBT001 - a field of the request
) -> None:
    """Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    caller = await acting.require_self_or_acting(work, person, SCOPE)
    await day_sheets.set_choice(work, DaySheetChoice(person, wanted, named, caller, work.now))
    work.wakes.add(wakeups.EVENTS)
