"""Rows of what people do together, and of who comes. Row-level security shows a place to its person alone; rules look at all."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from kith.scheduling.v1.enums import GroupActivityState
from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.group_activity import GroupActivity, GroupActivityPlace
from services.scheduling.storage.sharing_tables import group_activity, group_activity_place

MOST = 200
_BY_ID = select(group_activity).where(group_activity.c.id == bindparam("of"))
_LOCKED = _BY_ID.with_for_update()
_ANNOUNCED = group_activity.c.state == GroupActivityState.ANNOUNCED.value
# Who announced one that is over has still to say how many came.
_TO_COME = (
    select(group_activity)
    .where(_ANNOUNCED, (group_activity.c.ends > bindparam("now", type_=MOMENT)) | (group_activity.c.organiser == bindparam("of")))
    .order_by(group_activity.c.starts, group_activity.c.id)
    .limit(MOST)
)
_OF_ORGANISER = select(group_activity).where(_ANNOUNCED, group_activity.c.organiser == bindparam("of")).order_by(group_activity.c.id)
_SAVE = update(group_activity).where(group_activity.c.id == bindparam("saved"))
_PLACES = select(group_activity_place).where(among(group_activity_place.c.activity, "activities"))
_JOIN = upsert(group_activity_place)
_SAVE_PLACE = _JOIN.on_conflict_do_update(
    index_elements=["activity", "person"], set_={name: _JOIN.excluded[name] for name in ("with_helper", "shows", "said_at")}
)
_LEAVE = (
    delete(group_activity_place)
    .where(group_activity_place.c.activity == bindparam("of"), group_activity_place.c.person == bindparam("who"))
    .returning(group_activity_place.c.activity)
)

_to_activity = row_mapper(GroupActivity)
_to_place = row_mapper(GroupActivityPlace)


async def get(work: UnitOfWork, activity: UUID, *, lock: bool = False) -> GroupActivity:
    """Raises NotFound ACTIVITY_UNKNOWN."""
    row = (await work.connection.execute(_LOCKED if lock else _BY_ID, {"of": activity})).first()
    if row is None:
        raise NotFound("ACTIVITY_UNKNOWN")
    return _to_activity(row)


async def add(work: UnitOfWork, new: GroupActivity) -> None:
    await work.connection.execute(insert(group_activity), values_of(new))


async def save(work: UnitOfWork, changed: GroupActivity) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})


async def list_to_come(work: UnitOfWork, caller: UUID) -> list[GroupActivity]:
    """Those to come, and the caller's own that are over and not closed; at most `MOST`."""
    return [_to_activity(row) for row in await work.connection.execute(_TO_COME, {"now": work.now, "of": caller})]


async def lock_of(work: UnitOfWork, organiser: UUID) -> list[GroupActivity]:
    """What somebody announced and did not close yet, locked in the order of the ids."""
    return [_to_activity(row) for row in await work.connection.execute(_OF_ORGANISER.with_for_update(), {"of": organiser})]


async def list_places(work: UnitOfWork, activities: Collection[UUID]) -> Mapping[UUID, list[GroupActivityPlace]]:
    """Who comes to each, also where the caller may not know it: the query decides what leaves."""
    places: defaultdict[UUID, list[GroupActivityPlace]] = defaultdict(list)
    async with all_rows(work):
        for row in await work.connection.execute(_PLACES, {"activities": list(activities)}):
            places[row.activity].append(_to_place(row))
    return places


async def save_place(work: UnitOfWork, place: GroupActivityPlace) -> None:
    """In place of what they said before."""
    await work.connection.execute(_SAVE_PLACE, values_of(place))


async def leave(work: UnitOfWork, activity: UUID, person: UUID) -> bool:
    """Whether they had said that they come."""
    return (await work.connection.execute(_LEAVE, {"of": activity, "who": person})).first() is not None
