"""A worker or volunteer of the team will come. Nobody has to allow it: the person agreed to the visit, and the team is theirs."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.take_place import take_place
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.storage import visit_places, visit_sharers, visits


async def take_visit(work: UnitOfWork, visit_id: UUID, shown: int, said: SaidReason | None = None, *, zone: ZoneInfo) -> None:
    """Raises NotAllowed PERSON_NEEDED, NotFound VISIT_UNKNOWN, and what `take_place` raises."""
    worker = await hats.require_person(work)
    visit = await visits.get(work, visit_id, lock=True)
    await visit_places.lock_worker(work, worker)
    await take_place(work, visit, worker, shown, said, zone=zone)
    await tell(work, Notice.TAKEN, visit, await visit_sharers.everybody_at(work, visit))
