"""Somebody announces what people could do together. Nobody has to allow it."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.group_activity import NewGroupActivity, announce
from services.scheduling.domain.visit import make_time
from services.scheduling.storage import events_out, group_activities


async def announce_activity(work: UnitOfWork, new: NewGroupActivity, day: date | None, start: int, minutes: int, *, zone: ZoneInfo) -> UUID:
    """`start` is in local minutes since midnight. Raises NotAllowed PERSON_NEEDED, and what `make_time` and `announce` raise."""
    organiser = await hats.require_person(work)
    activity = announce(work.new_id(), organiser, new, make_time(zone, day, start, minutes, work.now))
    await group_activities.add(work, activity)
    await events_out.activity_announced(work, activity.id, activity.starts)
    return activity.id
