"""What people do together, and who comes, as far as the caller may know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.group_activity import GroupActivity, GroupActivityPlace
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import group_activities


@dataclass(frozen=True)
class SeenActivity:
    """`coming` is how many people, helpers among them; `own` the caller's own place; `shown` who lets it be seen that they come."""

    activity: GroupActivity
    coming: int
    own: GroupActivityPlace | None
    shown: Sequence[UUID] = ()


async def get_group_activity(work: UnitOfWork, activity_id: UUID) -> SeenActivity:
    """Everybody who is shown is audited. Raises NotFound ACTIVITY_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or
    ACTING_OUTSIDE_SCOPE.
    """
    principal = await acting.require_principal(work, SCOPE)
    activity = await group_activities.get(work, activity_id)
    places = (await group_activities.list_places(work, [activity.id]))[activity.id]
    seen = seen_activity(activity, places, principal)
    may_see = seen.own is not None or principal == activity.organiser
    shown = sorted(place.person for place in places if place.shows and place.person != principal) if may_see else []
    await audit.record_read(work, "activity", "view", *shown)
    return SeenActivity(activity, seen.coming, seen.own, shown)


def seen_activity(activity: GroupActivity, places: Sequence[GroupActivityPlace], principal: UUID) -> SeenActivity:
    own = next((place for place in places if place.person == principal), None)
    return SeenActivity(activity, sum(place.people for place in places), own)
