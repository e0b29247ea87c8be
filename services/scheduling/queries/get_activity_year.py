"""The free activities of a year, and how many people came in each month. There are no persons in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.scheduling.domain.activity import Activity, ActivityMonth, count_by_month
from services.scheduling.domain.terms import EARLIEST, LATEST
from services.scheduling.storage import activities


@dataclass(frozen=True)
class ActivityYear:
    """`removable_by` None: the caller may take out every one, as a secretary."""

    activities: Sequence[Activity]
    months: Sequence[ActivityMonth]
    removable_by: UUID | None


async def get_activity_year(work: UnitOfWork, year: int) -> ActivityYear:
    """Raises NotAllowed PERSON_NEEDED, Invalid YEAR_WRONG."""
    caller = await hats.require_person(work)
    if not EARLIEST.year <= year <= LATEST.year:
        raise invalid("year", "YEAR_WRONG")
    found = await activities.list_between(work, date(year, 1, 1), date(year, 12, 31))
    return ActivityYear(found, count_by_month(found), None if await hats.wears(work, hats.SECRETARY) else caller)
