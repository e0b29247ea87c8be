"""The matching days of the co-op, for every member."""

from dataclasses import dataclass

from kith.matching.v1.enums import MatchingDayState
from libs.access import acting
from libs.database.engine import UnitOfWork
from services.matching.domain.matching_day import MatchingDay
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import matching_days, projections


@dataclass(frozen=True)
class MatchingDays:
    """The newest first; `wanted` is whether the rulebook has matching days."""

    days: list[tuple[MatchingDay, MatchingDayState]]
    wanted: bool


async def get_matching_days(work: UnitOfWork) -> MatchingDays:
    """Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    days = [(day, day.state(work.now)) for day in await matching_days.list_last(work)]
    return MatchingDays(days, (await projections.get_matching_rules(work)).matching_days)
