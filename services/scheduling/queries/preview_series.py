"""The visits that a series would have, before anybody agrees to it."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.series_overlap import SeriesVisit, first_weeks, visits_ahead
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_series import NewSeries, VisitSeries, propose, require_replaceable, time_on
from services.scheduling.storage import series, series_visits, teams
from services.scheduling.storage.gap_parts import find_refusal_of_series

_AROUND = timedelta(days=2)


async def preview_series(work: UnitOfWork, person: UUID, new: NewSeries, replaces: UUID | None, *, zone: ZoneInfo) -> list[SeriesVisit]:
    """Raises what `propose_series` raises."""
    principal = await acting.require_principal(work, SCOPE)
    if work.caller.acting_for is not None:
        await acting.require_self_or_acting(work, person, SCOPE)
    team = await teams.require_place(work, person, principal)
    today = work.now.astimezone(zone).date()
    if replaces is not None:
        require_replaceable(await series.get(work, replaces), person, today)
    proposed = propose(work.new_id(), person, team, new, zone, today, principal, replaces)
    if refusal := await find_refusal_of_series(work, proposed, today, zone):
        raise refusal
    await audit.record_read(work, "visit", "list", person)
    return await list_visits_ahead(work, proposed, zone)


async def list_visits_ahead(work: UnitOfWork, proposed: VisitSeries, zone: ZoneInfo) -> list[SeriesVisit]:
    """With which of them something else of the person overlaps, but for the series that it replaces."""
    today = work.now.astimezone(zone).date()
    left_out = {proposed.id, proposed.replaces}
    others = [other for other in await series.list_of(work, proposed.person, today) if other.id not in left_out]
    begin, last = (time_on(proposed, day).starts for day in first_weeks(proposed, today))
    around = await series_visits.list_around(work, proposed.person, begin - _AROUND, last + _AROUND)
    planned = [(visit.starts, visit.ends) for visit in around if visit.series is None or visit.series not in left_out]
    return visits_ahead(proposed, others, planned, today, work.now)
