"""The visits of a series from a day on do not take place: those that have not started, wherever they were moved."""

from datetime import date
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import cancel
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.storage import events_out, series_visits, visit_places, visit_sharers, visits


async def cancel_series_visits(work: UnitOfWork, ended: VisitSeries, from_day: date, caller: UUID) -> set[UUID]:
    """Returns who would have come, or shared one, so that each is told once."""
    told = set[UUID]()
    for visit in await series_visits.lock_to_come(work, ended.id, from_day):
        cancelled = cancel(visit, visit.person, work.now)
        await visits.save(work, cancelled)
        told |= {*await visit_places.free_all(work, visit.id), *await visit_sharers.everybody_at(work, visit)} - {visit.person}
        await events_out.visit_cancelled(work, cancelled, caller)
    return told
