"""A worker who started alone says that they are safe: nobody is told of them any more."""

from uuid import UUID

from kith.scheduling.v1.enums import AlertStepKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.commands.settle_alerts import settle_alone


async def say_safe(work: UnitOfWork, visit_id: UUID) -> None:
    """Raises FailedPrecondition NOBODY_WAITS, NotAllowed PERSON_NEEDED."""
    worker = await hats.require_person(work)
    if not await settle_alone(work, visit_id, worker, AlertStepKind.SAFE):
        raise FailedPrecondition("NOBODY_WAITS")
