"""A visit, for those it concerns."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.sharing import VisitSharer
from services.scheduling.domain.visit import SCOPE, Visit
from services.scheduling.storage import visit_places, visit_sharers, visits


@dataclass(frozen=True)
class PlannedVisit:
    """A visit, who comes, in the order in which they took it, and whom it serves too."""

    visit: Visit
    workers: list[UUID]
    shared: VisitSharer | None


async def get_visit(work: UnitOfWork, visit_id: UUID) -> PlannedVisit:
    """Raises NotFound VISIT_UNKNOWN, as for a visit that is not there, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    visit = await visits.get(work, visit_id)
    shared = await visit_sharers.find(work, visit_id)
    await audit.record_read(work, "visit", "view", visit.person, *([shared.sharer] if shared else []))
    return PlannedVisit(visit, await visit_places.list_workers(work, visit_id), shared)
