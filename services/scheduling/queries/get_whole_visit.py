"""All that the page of a visit shows, read in one transaction."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE, TAKES_PLACE
from services.scheduling.domain.visit_gap import DistanceOfVisit
from services.scheduling.queries.get_visit import PlannedVisit, get_visit
from services.scheduling.queries.get_visit_alerts import VisitAlerts, read_alerts
from services.scheduling.queries.get_visit_distances import get_visit_distances
from services.scheduling.queries.get_visit_records import VisitRecords, read_records
from services.scheduling.queries.get_visit_tasks import ReadTasks, read_tasks


@dataclass(frozen=True)
class WholeVisit:
    """Each part as its own query tells it, and audited as there."""

    plan: PlannedVisit
    tasks: ReadTasks
    distances: list[DistanceOfVisit]
    alerts: VisitAlerts | None
    """Of a visit that takes place."""
    records: VisitRecords


async def get_whole_visit(work: UnitOfWork, visit_id: UUID) -> WholeVisit:
    """Raises NotFound VISIT_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    plan = await get_visit(work, visit_id)
    visit = plan.visit
    return WholeVisit(
        plan,
        await read_tasks(work, await acting.require_principal(work, SCOPE), visit),
        await get_visit_distances(work, [visit.id]),
        await read_alerts(work, visit) if visit.state in TAKES_PLACE else None,
        await read_records(work, visit),
    )
