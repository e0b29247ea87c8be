"""Nobody can visit this person any more, as they have died or are erased: what was planned after a day is called off, and series end.

Who would have come hears of it, and so do those who proposed a visit or share one; the person does not.
"""

from datetime import date
from uuid import UUID

from kith.scheduling.v1.enums import SeriesState
from libs.database.engine import UnitOfWork
from services.scheduling.commands.cancel_series_visits import cancel_series_visits
from services.scheduling.commands.series_access import proposer_of
from services.scheduling.commands.tell import Notice, tell, tell_of_series
from services.scheduling.domain.visit import cancel
from services.scheduling.domain.visit_series import VisitSeries, decline, make_way
from services.scheduling.storage import events_out, series, visit_places, visit_sharers, visits


async def call_off_visits(work: UnitOfWork, person: UUID, from_day: date, today: date) -> None:
    """Of visits on `from_day` and later that have not started. Handled again, it finds nothing to call off.

    Series are locked before visits, and visits before workers, as everybody does.
    """
    for of_person in await series.lock_of(work, person, today):
        if of_person.state is SeriesState.PROPOSED:
            await _decline(work, of_person)
        else:
            await _end(work, of_person, max(from_day, today), today)
    for visit in await visits.lock_to_come(work, person, from_day):
        cancelled = cancel(visit, person, work.now)
        await visits.save(work, cancelled)
        workers = await visit_places.free_all(work, visit.id)
        told = {*workers, visit.proposed_by, *await visit_sharers.everybody_at(work, visit)}
        await tell(work, Notice.CANCELLED, visit, told - {person})
        await events_out.visit_cancelled(work, cancelled, None)


async def _decline(work: UnitOfWork, proposed: VisitSeries) -> None:
    declined = decline(proposed)
    await series.save(work, declined)
    await events_out.series_declined(work, declined, None)
    await tell_of_series(work, Notice.SERIES_ENDED, declined.id, await proposer_of(work, declined) - {declined.person})


async def _end(work: UnitOfWork, running: VisitSeries, from_day: date, today: date) -> None:
    ended = make_way(running, from_day, today)
    if ended is None:
        return
    await series.save(work, ended)
    await events_out.series_ended(work, ended, from_day, None)
    workers = await cancel_series_visits(work, ended, from_day, None, today)
    await tell_of_series(work, Notice.SERIES_ENDED, ended.id, {*workers, *await proposer_of(work, ended)} - {ended.person})
