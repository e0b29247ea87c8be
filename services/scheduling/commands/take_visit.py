"""A worker or volunteer of the team will come. Nobody has to allow it: the person agreed to the visit, and the team is theirs."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.taking import reasons_against
from services.scheduling.domain.visit import require_version
from services.scheduling.storage import events_out, visit_places, visits, worker_facts
from services.scheduling.storage.visit_places import VisitPlace


async def take_visit(work: UnitOfWork, visit_id: UUID, shown: int, *, zone: ZoneInfo) -> None:
    """Raises NotFound VISIT_UNKNOWN, the first of `reasons_against`, and Conflict VERSION_STALE."""
    worker = await hats.require_person(work)
    visit = await visits.get(work, visit_id, lock=True)
    await visit_places.lock_worker(work, worker)
    facts = (await worker_facts.load(work, visit, [worker]))[worker]
    taken = len(await visit_places.list_workers(work, visit.id))
    if against := reasons_against(zone, visit, taken, facts, work.now):
        raise against[0]
    require_version(visit, shown)
    place = VisitPlace(visit.id, worker, visit.person, visit.team, visit.starts, visit.ends, facts.paid, coming=True, taken_at=work.now)
    await visit_places.take(work, place)
    await events_out.visit_taken(work, place)
    await tell(work, Notice.TAKEN, visit, {visit.person})
