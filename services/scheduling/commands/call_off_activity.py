"""What was announced does not take place: those who wanted to come hear of it."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_together
from services.scheduling.domain.group_activity import GroupActivity, call_off, require_version
from services.scheduling.storage import events_out, group_activities


async def call_off_activity(work: UnitOfWork, activity_id: UUID, shown: int) -> None:
    """Raises NotFound ACTIVITY_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, and what `call_off` raises."""
    caller = await hats.require_person(work)
    activity = await group_activities.get(work, activity_id, lock=True)
    require_version(activity, shown)
    await call_off_running(work, activity, caller)


async def call_off_running(work: UnitOfWork, activity: GroupActivity, caller: UUID) -> None:
    """As `call_off_activity`; `activity` is locked."""
    await group_activities.save(work, call_off(activity, caller, work.now))
    await events_out.activity_called_off(work, activity.id)
    coming = (await group_activities.list_places(work, [activity.id]))[activity.id]
    await tell_together(work, Notice.ACTIVITY_CALLED_OFF, activity.id, {place.person for place in coming} - {caller}, activity.ends)
