"""Somebody writes down what people of the co-op did together, and how many came."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import ActivityKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.activity import Activity, require_came, require_day
from services.scheduling.storage import activities


async def record_activity(
    work: UnitOfWork, day: date | None, kind: ActivityKind, came: Sequence[tuple[str, int]], *, zone: ZoneInfo
) -> UUID:
    """`came` are classes and how many. Raises NotAllowed PERSON_NEEDED, and what `require_day` and `require_came` raise."""
    caller = await hats.require_person(work)
    held = require_day(day, work.now.astimezone(zone).date())
    activity = Activity(work.new_id(), held, kind, caller, work.now, require_came(came))
    await activities.add(work, activity)
    return activity.id
