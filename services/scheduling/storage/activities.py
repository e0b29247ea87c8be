"""The register of free activities. Who wrote one down is in it, and nobody who came."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.activity import Activity
from services.scheduling.storage.money_tables import activity, activity_count

MOST = 2000
_BY_ID = select(activity).where(activity.c.id == bindparam("of")).with_for_update()
_BETWEEN = (
    select(activity)
    .where(activity.c.day >= bindparam("first_day"), activity.c.day <= bindparam("last_day"))
    .order_by(activity.c.day, activity.c.id)
    .limit(MOST)
)
_COUNTS = select(activity_count).where(among(activity_count.c.activity, "activities")).order_by(activity_count.c.member_class)
_REMOVE = delete(activity).where(activity.c.id == bindparam("of"))

_to_activity = row_mapper(Activity)


async def add(work: UnitOfWork, new: Activity) -> None:
    await work.connection.execute(insert(activity), values_of(new, "came"))
    counts = [{"activity": new.id, "member_class": name, "came": number} for name, number in new.came.items()]
    await work.connection.execute(insert(activity_count), counts)


async def get(work: UnitOfWork, of: UUID) -> Activity:
    """Locked, without how many came. Raises NotFound ACTIVITY_UNKNOWN."""
    row = (await work.connection.execute(_BY_ID, {"of": of})).first()
    if row is None:
        raise NotFound("ACTIVITY_UNKNOWN")
    return _to_activity(row, came={})


async def remove(work: UnitOfWork, of: UUID) -> None:
    await work.connection.execute(_REMOVE, {"of": of})


async def list_between(work: UnitOfWork, first_day: date, last_day: date) -> list[Activity]:
    """By day, at most `MOST`."""
    rows = (await work.connection.execute(_BETWEEN, {"first_day": first_day, "last_day": last_day})).all()
    came: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for row in await work.connection.execute(_COUNTS, {"activities": [row.id for row in rows]}):
        came[row.activity][row.member_class] = row.came
    counts: Mapping[UUID, Mapping[str, int]] = came
    return [_to_activity(row, came=counts[row.id]) for row in rows]
