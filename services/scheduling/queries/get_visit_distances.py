"""From which other visits these keep apart, and whether they do."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_gap import PLANNED, DistanceOfVisit, distances
from services.scheduling.storage import visit_gaps

MOST_VISITS = 200
_DAY = timedelta(days=1)


async def get_visit_distances(work: UnitOfWork, visit_ids: Sequence[UUID]) -> list[DistanceOfVisit]:
    """Of those visits that the caller may see, and only as far as they see the rules.

    Raises Invalid TOO_MANY_VISITS, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    if len(visit_ids) > MOST_VISITS:
        raise invalid("visit_ids", "TOO_MANY_VISITS")
    planned = [visit for visit in await visit_gaps.list_by_ids(work, visit_ids) if visit.state in PLANNED]
    gaps = await visit_gaps.list_agreed(work, planned) if planned else []
    if not gaps:
        return []
    days = [visit.day for visit in planned]
    found = distances(planned, gaps, await visit_gaps.list_visits_of(work, gaps, min(days) - _DAY, max(days) + _DAY))
    await audit.record_read(work, "visit", "list", *{one.gap.person for one in found})
    return found
