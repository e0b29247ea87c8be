"""No visit gets a time at which it would be too close to another one, or too far from it, by what the person agreed to."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import VisitDistance, VisitGapState
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import Visit, VisitTime
from services.scheduling.domain.visit_gap import distances, follow, refusal_of_time
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.storage import events_out, visit_gaps
from services.scheduling.storage.gap_parts import find_refusal_of_series, list_of_replaced

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
    """What holds for the series whose place it takes will hold for it. Raises as `require_gaps_kept`."""
    if refusal := await find_refusal_of_series(work, new, today, zone):
        raise refusal


async def follow_gaps(work: UnitOfWork, agreed: VisitSeries, replaced: UUID, today: date) -> None:
    """A series takes another one's place: what was agreed or proposed for that one is so for it, too."""
    for gap, _ in await list_of_replaced(work, replaced, today, lock=True):
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
