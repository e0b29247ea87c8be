"""Whose part of a matching day somebody changes: their own; on the side that looks for support, also who acts for the person."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import MatchingDay, require_open
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import day_entries, matching_days


@dataclass(frozen=True)
class DaySide:
    """One side of somebody on one day."""

    day: UUID
    person: UUID
    side: Side


async def require_own_open_side(work: UnitOfWork, part: DaySide) -> MatchingDay:
    """The day, which nobody runs or calls off until the end of the transaction.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED, ACTING_OUTSIDE_SCOPE or DAY_OWN_SIDE, NotFound MATCHING_DAY_UNKNOWN,
    FailedPrecondition MATCHING_DAY_CLOSED.
    """
    if part.side is Side.PERSON:
        await acting.require_self_or_acting(work, part.person, SCOPE)
        await day_entries.require_not_on_both_sides(work, part.day)
    elif await hats.require_person(work) != part.person or work.caller.acting_for is not None:
        raise NotAllowed("NOT_YOURS")
    day = await matching_days.get_to_enter(work, part.day)
    require_open(day, work.now)
    return day
