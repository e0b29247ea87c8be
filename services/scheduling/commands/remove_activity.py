"""An activity was written down wrongly: who wrote it, or a secretary, takes it out."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.scheduling.storage import activities


async def remove_activity(work: UnitOfWork, activity_id: UUID) -> None:
    """Raises NotFound ACTIVITY_UNKNOWN, NotAllowed PERSON_NEEDED or NOT_YOURS."""
    caller = await hats.require_person(work)
    activity = await activities.get(work, activity_id)
    if activity.written_by != caller and not await hats.wears(work, hats.SECRETARY):
        raise NotAllowed("NOT_YOURS")
    await activities.remove(work, activity_id)
