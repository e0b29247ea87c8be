"""Somebody says yes to holding the watch."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.watch_duty import accept
from services.scheduling.storage import watch_duties


async def accept_watch(work: UnitOfWork, duty_id: UUID) -> None:
    """Raises NotFound WATCH_DUTY_UNKNOWN, NotAllowed WATCH_NOT_FOR_YOU or PERSON_NEEDED, FailedPrecondition WATCH_DUTY_OVER."""
    caller = await hats.require_person(work)
    await watch_duties.save(work, accept(await watch_duties.get(work, duty_id), caller, work.now))
