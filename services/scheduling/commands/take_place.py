"""All that a worker's yes to a visit depends on: the same rules wherever somebody takes one."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.domain.taking import reasons_against
from services.scheduling.domain.visit import Visit, require_version
from services.scheduling.storage import events_out, visit_places, worker_facts
from services.scheduling.storage.visit_places import VisitPlace


async def take_place(work: UnitOfWork, visit: Visit, worker: UUID, shown: int, *, zone: ZoneInfo) -> VisitPlace:
    """The worker comes to the visit from now on. Both are locked, the visit first; `shown` is the version that the worker saw.

    Raises the first of `reasons_against`, Conflict VERSION_STALE, and AlreadyExists WORKER_ELSEWHERE.
    """
    facts = (await worker_facts.load(work, visit, [worker]))[worker]
    taken = len(await visit_places.list_workers(work, visit.id))
    if against := reasons_against(zone, visit, taken, facts, work.now):
        raise against[0]
    require_version(visit, shown)
    times, joined_at = (visit.starts, visit.ends), facts.joined_at or work.now
    place = VisitPlace(visit.id, worker, visit.person, visit.team, *times, facts.paid, coming=True, joined_at=joined_at, taken_at=work.now)
    await visit_places.take(work, place)
    await events_out.visit_taken(work, place)
    return place
