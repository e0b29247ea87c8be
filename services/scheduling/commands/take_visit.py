"""A worker or volunteer of the team will come. Nobody has to allow it: the person agreed to the visit, and the team is theirs."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.take_place import take_place
from services.scheduling.commands.tell import Notice, tell


async def take_visit(work: UnitOfWork, visit_id: UUID, shown: int, *, zone: ZoneInfo) -> None:
    """Raises what `take_place` raises."""
    visit = await take_place(work, await hats.require_person(work), visit_id, shown, zone=zone)
    await tell(work, Notice.TAKEN, visit, {visit.person})
