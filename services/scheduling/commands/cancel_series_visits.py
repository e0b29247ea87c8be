"""The visits of a series from a day on do not take place: those that have not started, wherever they were moved. Standing places end."""

from datetime import date, timedelta
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell, tell_together
from services.scheduling.domain.sharing import stop_before
from services.scheduling.domain.visit import cancel
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.storage import events_out, series_visits, sharings, standing_places, visit_places, visit_sharers, visits


async def cancel_series_visits(work: UnitOfWork, ended: VisitSeries, from_day: date, caller: UUID | None, today: date) -> set[UUID]:
    """Returns who would have come, now or later, so that each is told once. Who shares the series, or one of its visits, is told here.

    Without a `caller` nobody has called them off: the person can be visited no more.
    """
    share_series = await _end_sharings(work, ended, from_day, today)
    told = set[UUID]()
    to_come = await series_visits.lock_to_come(work, ended.id, from_day)
    sharers = await visit_sharers.find_sharers(work, [visit.id for visit in to_come])
    for visit in to_come:
        cancelled = cancel(visit, visit.person, work.now)
        await visits.save(work, cancelled)
        told |= set(await visit_places.free_all(work, visit.id))
        if visit.id in sharers and sharers[visit.id] not in share_series:
            await tell(work, Notice.CANCELLED, visit, {sharers[visit.id]})
        await events_out.visit_cancelled(work, cancelled, caller)
    for place in await standing_places.end_with_series(work, ended.id, from_day - timedelta(days=1)):
        await events_out.standing_place_ended(work, place, from_day, "series_ended")
        told.add(place.worker)
    return told


async def _end_sharings(work: UnitOfWork, ended: VisitSeries, from_day: date, today: date) -> set[UUID]:
    """Who shares the series after that day. Locked after the series and before its visits, as everybody does."""
    sharers = set[UUID]()
    for sharing in await sharings.lock_agreed_of_series(work, ended.id, from_day):
        stopped = stop_before(sharing, from_day, today)
        await sharings.save(work, stopped)
        await events_out.sharing_ended(work, stopped)
        await tell_together(work, Notice.SHARING_ENDED, stopped.id, {stopped.sharer})
        sharers.add(stopped.sharer)
    return sharers
