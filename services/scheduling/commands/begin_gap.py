"""What has to be so before a gap between two visits can be proposed or agreed."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.domain.visit import require_not_started
from services.scheduling.domain.visit_gap import PLANNED, Part, VisitGap, refusal_of_rule, require_new
from services.scheduling.domain.visit_series import require_running
from services.scheduling.storage import series, visit_gaps
from services.scheduling.storage.gap_parts import PartIds, load_part, parts_of, planned_times

_DAY = timedelta(days=1)
_LOOK_AHEAD = timedelta(weeks=13)
"""Every third and every fourth week meet once in twelve."""


async def lock_parts(work: UnitOfWork, first: PartIds, second: PartIds) -> tuple[Part, Part]:
    """As everybody locks them: the series, and all visits to come; so nobody gives one of them another time meanwhile. Raises as
    `load_part`.
    """
    of_series = {one for _, one in (first, second) if one is not None}
    for one in sorted(of_series):
        await series.get(work, one, lock=True)
    await visit_gaps.lock_visits(work, [visit for visit, _ in (first, second) if visit is not None], of_series)
    return await load_part(work, first), await load_part(work, second)


async def require_can_begin(work: UnitOfWork, gap: VisitGap, parts: tuple[Part, Part], *, zone: ZoneInfo) -> None:
    """The rule is no other one's, and the visits keep it as they are planned. `parts` are locked.

    Raises FailedPrecondition VISIT_OVER, VISIT_STARTED, SERIES_NOT_AGREED, SERIES_OVER, GAP_NEVER_MEET, GAP_ARE_TOO_CLOSE or
    GAP_ARE_TOO_FAR, AlreadyExists GAP_EXISTS, Invalid GAP_LOOP.
    """
    today = work.now.astimezone(zone).date()
    for part in parts:
        if part.series is not None:
            require_running(part.series, today)
        elif part.visit is not None:
            if part.visit.state not in PLANNED:
                raise FailedPrecondition("VISIT_OVER")
            require_not_started(part.visit, work.now)
    others = [(other, *await parts_of(work, other)) for other in await visit_gaps.list_of(work, gap.person) if other.id != gap.id]
    live = [(other, first, second) for other, first, second in others if not any(part.is_over(today, work.now) for part in (first, second))]
    require_new(gap, parts, live)
    begin = max(today, *(_first_day(part) for part in parts)) - _DAY
    firsts, seconds = [await planned_times(work, part, begin, begin + _LOOK_AHEAD) for part in parts]
    if refusal := refusal_of_rule(gap, firsts, [time for time in seconds if time.starts > work.now], zone):
        raise refusal


def _first_day(part: Part) -> date:
    if part.visit is not None:
        return part.visit.day
    return part.series.first_day if part.series else date.min
