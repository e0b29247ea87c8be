"""Who took a visit may not come on its day: their credentials do not count, or they have not been given what is to be done there.

It is open again, and both hear of it.
"""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, first_of_each_series, tell, tell_given_back
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import clearance, events_out, task_grants, visit_places, visits


async def give_back_uncleared(work: UnitOfWork) -> int:
    """Looks at the workers whose credentials or tasks, or the rulebook, changed. Returns at how many it looked."""
    doubted = await clearance.list_doubted(work)
    uncleared = {worker: await _find_uncleared(work, worker) for worker in doubted}
    # All of them first, by their ids, as everybody locks several.
    for visit_id in sorted({visit for visits_of in uncleared.values() for visit in visits_of}):
        await visits.get(work, visit_id, lock=True)
    for worker in doubted:
        still = {visit for visit, _ in await clearance.list_to_come(work, worker)}
        for notice in (Notice.UNCLEARED, Notice.TASK_ENDED):
            ids = [visit_id for visit_id, why in uncleared[worker].items() if visit_id in still and why is notice]
            freed = [visit for visit_id in ids if (visit := await _give_back(work, visit_id, worker)) is not None]
            await tell_given_back(work, freed)
            for visit in first_of_each_series(freed):
                await tell(work, notice, visit, {worker})
        await clearance.settle(work, worker)
    return len(doubted)


async def _find_uncleared(work: UnitOfWork, worker: UUID) -> dict[UUID, Notice]:
    """Visits to which they may not come, in their order, each with what there is to be told."""
    found: dict[UUID, Notice] = {}
    for visit_id, paid in await clearance.list_to_come(work, worker):
        visit = await visits.get(work, visit_id)
        if paid and await clearance.missing_for_visit(work, worker, visit.day):
            found[visit_id] = Notice.UNCLEARED
        elif (await task_grants.missing_at(work, visit, [worker]))[worker]:
            found[visit_id] = Notice.TASK_ENDED
    return found


async def _give_back(work: UnitOfWork, visit_id: UUID, worker: UUID) -> Visit | None:
    """The visit, if they had it."""
    visit = await visits.get(work, visit_id)
    if not await visit_places.give_back(work, visit.id, worker):
        return None
    await events_out.visit_given_back(work, visit.id, visit.person, worker, "uncleared")
    return visit
