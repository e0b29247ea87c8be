"""The visits of a series from a day on do not take place: those that have not started, wherever they were moved. Standing places end."""

from datetime import date, timedelta
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import cancel
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.storage import events_out, series_visits, standing_places, visit_places, visit_sharers, visits


async def cancel_series_visits(work: UnitOfWork, ended: VisitSeries, from_day: date, caller: UUID) -> set[UUID]:
    """Returns who would have come, now or later, or shared one, so that each is told once."""
    told = set[UUID]()
    for visit in await series_visits.lock_to_come(work, ended.id, from_day):
        cancelled = cancel(visit, visit.person, work.now)
        await visits.save(work, cancelled)
        told |= {*await visit_places.free_all(work, visit.id), *await visit_sharers.everybody_at(work, visit)} - {visit.person}
        await events_out.visit_cancelled(work, cancelled, caller)
    for place in await standing_places.end_with_series(work, ended.id, from_day - timedelta(days=1)):
        await events_out.standing_place_ended(work, place, from_day, "series_ended")
        told.add(place.worker)
    return told
