"""Somebody does not come after all. Nobody gives a reason."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import group_activities


async def leave_activity(work: UnitOfWork, activity_id: UUID) -> None:
    """Raises FailedPrecondition ACTIVITY_NOT_JOINED, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    person = await acting.require_principal(work, SCOPE)
    if not await group_activities.leave(work, activity_id, person):
        raise FailedPrecondition("ACTIVITY_NOT_JOINED")
