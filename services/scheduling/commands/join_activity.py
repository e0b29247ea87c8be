"""Somebody comes, alone or with a helper; or says it anew."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.group_activity import GroupActivityPlace, require_place, require_version
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import group_activities


async def join_activity(
    work: UnitOfWork,
    activity_id: UUID,
    shown: int,
    with_helper: bool,  # noqa: FBT001 - a field of the request
    shows: bool,  # noqa: FBT001 - the same
) -> None:
    """Raises NotFound ACTIVITY_UNKNOWN, Conflict VERSION_STALE, what `require_place` raises, NotAllowed PERSON_NEEDED, ACTING_ENDED or
    ACTING_OUTSIDE_SCOPE.
    """
    person = await acting.require_principal(work, SCOPE)
    activity = await group_activities.get(work, activity_id, lock=True)
    require_version(activity, shown)
    place = GroupActivityPlace(activity.id, person, with_helper, shows, work.now, activity.ends)
    coming = (await group_activities.list_places(work, [activity.id]))[activity.id]
    require_place(activity, (other for other in coming if other.person != person), place, work.now)
    await group_activities.save_place(work, place)
