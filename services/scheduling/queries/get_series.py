"""A series, for those it concerns."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState
from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.series_overlap import SeriesVisit
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.queries.preview_series import list_visits_ahead
from services.scheduling.storage import series, series_visits, visit_places
from services.scheduling.storage.visits import ListedVisit


@dataclass(frozen=True)
class WholeSeries:
    """A series, its visits to come, and while it is proposed those that it would have."""

    series: VisitSeries
    visits: list[ListedVisit]
    proposed_visits: list[SeriesVisit]


async def get_series(work: UnitOfWork, series_id: UUID, *, zone: ZoneInfo) -> WholeSeries:
    """Raises NotFound SERIES_UNKNOWN, as for one that is not there, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    found = await series.get(work, series_id)
    await audit.record_read(work, "visit", "view", found.person)
    proposed = await list_visits_ahead(work, found, zone) if found.state is SeriesState.PROPOSED else []
    visits = await series_visits.list_to_come(work, series_id)
    workers = await visit_places.list_workers_of(work, [visit.id for visit in visits])
    listed = [ListedVisit(visit, max(0, visit.workers - len(workers[visit.id])), workers[visit.id]) for visit in visits]
    return WholeSeries(found, listed, proposed)
