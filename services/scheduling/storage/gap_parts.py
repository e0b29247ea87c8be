"""The two visits or series of a gap, as they are now, and the times at which they are planned."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import VisitGapState
from libs.database.engine import UnitOfWork
from libs.refusals import Refusal, invalid
from services.scheduling.domain.series_overlap import first_weeks
from services.scheduling.domain.visit import VisitTime
from services.scheduling.domain.visit_gap import Part, VisitGap, refusal_of_series, time_of
from services.scheduling.domain.visit_series import VisitSeries, days_between, time_on
from services.scheduling.storage import series, visit_gaps, visits

PartIds = tuple[UUID | None, UUID | None]
"""Of a visit, or of a series."""
_DAY = timedelta(days=1)


async def load_part(work: UnitOfWork, ids: PartIds) -> Part:
    """Raises NotFound VISIT_UNKNOWN or SERIES_UNKNOWN, Invalid GAP_WHAT."""
    visit, of_series = ids
    if visit is not None and of_series is None:
        return Part(await visits.get(work, visit), None)
    if of_series is not None and visit is None:
        return Part(None, await series.get(work, of_series))
    raise invalid("second_visit_id", "GAP_WHAT")


async def parts_of(work: UnitOfWork, gap: VisitGap) -> tuple[Part, Part]:
    """As they are now."""
    return (
        await load_part(work, (gap.first_visit, gap.first_series)),
        await load_part(work, (gap.second_visit, gap.second_series)),
    )


async def planned_times(work: UnitOfWork, part: Part, begin: date, until: date) -> Sequence[VisitTime]:
    """A visit's own time; of a series the visits that are made, and the days of which none is made yet, from `begin` to `until`."""
    if part.visit is not None:
        return [time_of(part.visit)]
    if part.series is None:
        return []
    made = await visit_gaps.list_visits_of_series(work, part.series.id, begin, until)
    unmade = max(begin, part.series.planned_until + _DAY) if part.series.planned_until else begin
    return [*map(time_of, made), *(time_on(part.series, day) for day in days_between(part.series, unmade, until))]


async def find_refusal_of_series(work: UnitOfWork, new: VisitSeries, today: date, zone: ZoneInfo) -> Refusal | None:
    """Why a series cannot take another one's place: it would break what is agreed of that one. Its first weeks are looked at."""
    if new.replaces is None:
        return None
    begin, until = first_weeks(new, today)
    mine = await planned_times(work, Part(None, new), begin, until)
    for gap, other in await list_of_replaced(work, new.replaces, today):
        if gap.state is VisitGapState.AGREED:
            others = await planned_times(work, other, begin - _DAY, until + _DAY)
            if refusal := refusal_of_series(gap, mine, others, zone, is_first=gap.first_series == new.replaces):
                return refusal
    return None


async def list_of_replaced(work: UnitOfWork, replaced: UUID, today: date, *, lock: bool = False) -> list[tuple[VisitGap, Part]]:
    """What goes on for the series that takes its place: the rules of which the other part is not over, with that part."""
    found = []
    for gap in await visit_gaps.list_of_series(work, replaced, lock=lock):
        other = (await parts_of(work, gap))[1 if gap.first_series == replaced else 0]
        if not other.is_over(today, work.now):
            found.append((gap, other))
    return found
