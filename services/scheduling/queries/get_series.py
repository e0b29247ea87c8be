"""A series, for those it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState
from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.refusals import Refusal
from services.scheduling.domain.series_overlap import SeriesVisit
from services.scheduling.domain.standing_place import StandingPlace, holds_on, take
from services.scheduling.domain.taking import NotTaken, reason_of_place, reasons_against
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_series import VisitSeries, require_running
from services.scheduling.queries.preview_series import list_visits_ahead
from services.scheduling.storage import series, series_visits, standing_places, teams, visit_places, worker_facts
from services.scheduling.storage.visits import ListedVisit

MOST_REASONS = 7
"""As many as a page says: each looks at the worker's other visits around it."""


@dataclass(frozen=True)
class WholeSeries:
    """A series, its visits to come, and while it is proposed those that it would have."""

    series: VisitSeries
    visits: list[ListedVisit]
    proposed_visits: list[SeriesVisit]
    standing_places: list[StandingPlace]
    not_yours: list[NotTaken]
    """For a worker with a standing place: the next open visits that do not have them, and why, as things are now."""
    can_take_standing_place: bool


async def get_series(work: UnitOfWork, series_id: UUID, *, zone: ZoneInfo) -> WholeSeries:
    """Raises NotFound SERIES_UNKNOWN, as for one that is not there, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    found = await series.get(work, series_id)
    await audit.record_read(work, "visit", "view", found.person)
    proposed = await list_visits_ahead(work, found, zone) if found.state is SeriesState.PROPOSED else []
    visits = await series_visits.list_to_come(work, series_id)
    workers = await visit_places.list_workers_of(work, [visit.id for visit in visits])
    listed = [ListedVisit(visit, max(0, visit.workers - len(workers[visit.id])), workers[visit.id]) for visit in visits]
    today = work.now.astimezone(zone).date()
    places = await standing_places.list_of(work, [series_id], today)
    worker = None if work.caller.acting_for else work.caller.person
    mine = next((place for place in places if place.worker == worker), None)
    not_yours = await _reasons_against(work, zone, mine, listed) if mine else []
    return WholeSeries(found, listed, proposed, places, not_yours, await _can_take_one(work, found, places, worker, today))


async def _reasons_against(work: UnitOfWork, zone: ZoneInfo, mine: StandingPlace, listed: Sequence[ListedVisit]) -> list[NotTaken]:
    """What they gave back and could take is not among them."""
    reasons = list[NotTaken]()
    for one in [each for each in listed if each.free_places and holds_on(mine, each.visit.day) and mine.worker not in each.workers]:
        facts = (await worker_facts.load(work, one.visit, [mine.worker]))[mine.worker]
        against = reasons_against(zone, one.visit, len(one.workers), facts, work.now)
        reasons += [NotTaken(one.visit.id, reason.reason, reason.details) for reason in against[:1]]
        if len(reasons) == MOST_REASONS:
            break
    return reasons


async def _can_take_one(work: UnitOfWork, found: VisitSeries, places: Sequence[StandingPlace], worker: UUID | None, today: date) -> bool:
    member = await teams.find_member(work, found.team, worker) if worker else None
    if worker is None or member is None or reason_of_place(member.kind):
        return False
    try:
        require_running(found, today)
        take(found, StandingPlace(found.id, worker, today, member.joined_at), places)
    except Refusal:
        return False
    return True
