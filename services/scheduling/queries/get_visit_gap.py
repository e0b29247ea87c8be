"""A gap between two visits, for those who see them: what it says, and which of the next visits break it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import VisitDistance, VisitGapState
from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import MAX_AHEAD, SCOPE
from services.scheduling.domain.visit_gap import DistanceOfVisit, Part, VisitGap, distances
from services.scheduling.storage import visit_gaps
from services.scheduling.storage.gap_parts import parts_of

_MOST_BROKEN = 20


@dataclass(frozen=True)
class WholeGap:
    """`broken` are of second visits to come, the first of them."""

    gap: VisitGap
    parts: tuple[Part, Part]
    broken: Sequence[DistanceOfVisit] = ()


async def get_visit_gap(work: UnitOfWork, gap_id: UUID, *, zone: ZoneInfo) -> WholeGap:
    """Raises NotFound GAP_UNKNOWN, as for one that is not there, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    gap = await visit_gaps.get(work, gap_id)
    await audit.record_read(work, "visit", "view", gap.person)
    today = work.now.astimezone(zone).date()
    planned = await visit_gaps.list_visits_of(work, [gap], today - timedelta(days=1), today + MAX_AHEAD)
    to_come = [visit for visit in planned if gap.ends_with(visit) and visit.starts > work.now]
    broken = [one for one in distances(to_come, [gap], planned) if not one.is_first and one.distance is not VisitDistance.KEPT]
    return WholeGap(gap, await parts_of(work, gap), broken[:_MOST_BROKEN] if gap.state is VisitGapState.AGREED else ())
