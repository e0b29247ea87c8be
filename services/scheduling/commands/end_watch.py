"""A secretary ends somebody's turn at the watch, or takes back that they were asked."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.watch_duty import end
from services.scheduling.storage import watch_duties


async def end_watch(work: UnitOfWork, duty_id: UUID) -> None:
    """Raises NotFound WATCH_DUTY_UNKNOWN, NotAllowed HAT_NEEDED or PERSON_NEEDED, FailedPrecondition WATCH_DUTY_OVER."""
    await hats.require_person(work, hats.SECRETARY)
    await watch_duties.save(work, end(await watch_duties.get(work, duty_id), work.now))
