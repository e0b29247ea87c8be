"""No visit gets a time at which it would be too close to another one, or too far from it, by what the person agreed to."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import VisitDistance, VisitGapState
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.series_overlap import first_weeks
from services.scheduling.domain.visit import Visit, VisitTime
from services.scheduling.domain.visit_gap import Part, VisitGap, distances, follow, refusal_of_series, refusal_of_time
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.storage import events_out, visit_gaps
from services.scheduling.storage.gap_parts import parts_of, planned_times

_DAY = timedelta(days=1)


async def require_gaps_kept(work: UnitOfWork, visit: Visit, when: VisitTime) -> None:
    """`visit` is locked, and is to be at that time.

    Raises FailedPrecondition GAP_TOO_CLOSE_AFTER, GAP_TOO_CLOSE_BEFORE, GAP_TOO_FAR_AFTER or GAP_TOO_FAR_BEFORE.
    """
    gaps = await visit_gaps.list_agreed(work, [visit], lock=True)
    others = await visit_gaps.list_visits_of(work, gaps, when.day - _DAY, when.day + _DAY) if gaps else []
    for gap in gaps:
        for other in others:
            if other.id != visit.id and (refusal := refusal_of_time(gap, visit, when, other)):
                raise refusal


async def require_gaps_kept_by_series(work: UnitOfWork, new: VisitSeries, today: date, zone: ZoneInfo) -> None:
    """What holds for the series whose place it takes will hold for it: its first weeks are looked at, by the visits of the other part.

    Raises as `require_gaps_kept`.
    """
    if new.replaces is None:
        return
    begin, until = first_weeks(new, today)
    mine = await planned_times(work, Part(None, new), begin, until)
    for gap in await _agreed_of(work, new.replaces):
        is_first = gap.first_series == new.replaces
        parts = await parts_of(work, gap)
        others = await planned_times(work, parts[1 if is_first else 0], begin - _DAY, until + _DAY)
        if refusal := refusal_of_series(gap, mine, others, zone, is_first=is_first):
            raise refusal


async def follow_gaps(work: UnitOfWork, agreed: VisitSeries, replaced: UUID) -> None:
    """A series takes another one's place: what was agreed or proposed for that one is so for it, too."""
    for gap in await visit_gaps.list_of_series(work, replaced, lock=True):
        following = follow(gap, work.new_id(), replaced, agreed.id)
        await visit_gaps.add(work, following)
        await events_out.visit_gap_proposed(work, following)
        if following.state is VisitGapState.AGREED:
            await events_out.visit_gap_agreed(work, following)


async def tell_of_broken_gaps(work: UnitOfWork, made: list[Visit]) -> None:
    """Visits that a series has just made are there also where they break a rule; the person hears of the first of them."""
    gaps = await visit_gaps.list_agreed(work, made[:1]) if made else []
    if not gaps:
        return
    days = [visit.day for visit in made]
    others = await visit_gaps.list_visits_of(work, gaps, min(days) - _DAY, max(days) + _DAY)
    broken = next((one.visit for one in distances(made, gaps, others) if one.distance is not VisitDistance.KEPT), None)
    if broken is not None:
        await tell(work, Notice.GAP_BROKEN, broken, {broken.person})


async def _agreed_of(work: UnitOfWork, series: UUID) -> list[VisitGap]:
    return [gap for gap in await visit_gaps.list_of_series(work, series) if gap.state is VisitGapState.AGREED]
