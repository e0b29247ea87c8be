"""A worker's credentials no longer count on the day of a visit: it is open again, and both hear of it."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, first_of_each_series, tell, tell_given_back
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import clearance, events_out, visit_places, visits


async def give_back_uncleared(work: UnitOfWork) -> int:
    """Looks at the workers whose credentials, or the rulebook, changed. Returns at how many it looked."""
    doubted = await clearance.list_doubted(work)
    uncleared = {
        worker: [visit for visit, day in await clearance.days_to_come(work, worker) if await clearance.missing_for_visit(work, worker, day)]
        for worker in doubted
    }
    # All of them first, by their ids, as everybody locks several.
    for visit_id in sorted({visit for visits_of in uncleared.values() for visit in visits_of}):
        await visits.get(work, visit_id, lock=True)
    for worker in doubted:
        still = {visit for visit, _ in await clearance.days_to_come(work, worker)}
        freed = [
            visit for visit_id in uncleared[worker] if visit_id in still and (visit := await _give_back(work, visit_id, worker)) is not None
        ]
        await tell_given_back(work, freed)
        for visit in first_of_each_series(freed):
            await tell(work, Notice.UNCLEARED, visit, {worker})
        await clearance.settle(work, worker)
    return len(doubted)


async def _give_back(work: UnitOfWork, visit_id: UUID, worker: UUID) -> Visit | None:
    """The visit, if they had it."""
    visit = await visits.get(work, visit_id)
    if not await visit_places.give_back(work, visit.id, worker):
        return None
    await events_out.visit_given_back(work, visit.id, visit.person, worker, "uncleared")
    return visit
