"""Which visits to a person those who come have confirmed. What else is in a worker's week, and whether it changed, is not in it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import week_confirmations

MOST_DAYS = 62
_LAST_YEAR = 9000
"""Far from where a date has no next day."""


async def get_confirmed_visits(work: UnitOfWork, person: UUID, first: date | None, days: int) -> Mapping[UUID, tuple[UUID, ...]]:
    """Who has confirmed, by visit. For the person, and for who acts for them.

    Raises Invalid DATE_MALFORMED or PERIOD_WRONG, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    if first is None:
        raise invalid("first_day", "DATE_MALFORMED")
    if not 1 <= days <= MOST_DAYS or first.year > _LAST_YEAR:
        raise invalid("days", "PERIOD_WRONG")
    return await week_confirmations.list_confirmed(work, person, first, days)
