"""Who announced an activity writes down how many came; what was free goes into the register of free activities."""

from collections.abc import Iterable
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.activity import Activity, require_came
from services.scheduling.domain.group_activity import close, require_version
from services.scheduling.storage import activities, events_out, group_activities


async def close_activity(work: UnitOfWork, activity_id: UUID, shown: int, came: Iterable[tuple[str, int]]) -> UUID | None:
    """What was written into the register; None where it was not free.

    Raises NotFound ACTIVITY_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, and what `require_came` and `close` raise.
    """
    caller = await hats.require_person(work)
    activity = await group_activities.get(work, activity_id, lock=True)
    require_version(activity, shown)
    counted = require_came(came)
    registered = None if activity.price_pence else work.new_id()
    await group_activities.save(work, close(activity, caller, registered, work.now))
    if registered is not None:
        await activities.add(work, Activity(registered, activity.day, activity.kind, caller, work.now, counted))
    await events_out.activity_closed(work, activity.id, registered)
    return registered
