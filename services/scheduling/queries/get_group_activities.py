"""What people do together in the time to come, for everybody; how many come, and not who."""

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.queries.get_group_activity import SeenActivity, seen_activity
from services.scheduling.storage import group_activities


async def get_group_activities(work: UnitOfWork) -> list[SeenActivity]:
    """And the caller's own that are over and wait to be closed. Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    principal = await acting.require_principal(work, SCOPE)
    found = await group_activities.list_to_come(work, principal)
    places = await group_activities.list_places(work, [activity.id for activity in found])
    return [seen_activity(activity, places[activity.id], principal) for activity in found]
