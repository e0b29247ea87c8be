"""Rows of what people look for and what they offer."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, Table, bindparam, delete, or_, select, union, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.database.rows import RowMapper, row_mapper, values_of
from libs.places import Place
from services.matching.domain.support_profile import GettingSupport, GivingSupport
from services.matching.domain.weekly_hours import WeeklyTime
from services.matching.storage.tables import current_member, getting_support, giving_support

Profile = TypeVar("Profile", GettingSupport, GivingSupport)

_TABLES: Mapping[type, Table] = {GettingSupport: getting_support, GivingSupport: giving_support}
_READ: Mapping[type, RowMapper[Any]] = {kind: row_mapper(kind) for kind in _TABLES}


def _find(table: Table) -> Select[Any]:
    return select(table).where(table.c.person == bindparam("of"))


_FIND = {kind: _find(table) for kind, table in _TABLES.items()}
_OPEN = (
    select(giving_support)
    .join(current_member, current_member.c.person == giving_support.c.person)
    .where(giving_support.c.open, or_(current_member.c.until.is_(None), current_member.c.until > bindparam("now")))
    .order_by(giving_support.c.person)
    .limit(2000)
)
_WHO_ARE_OPEN = union(
    *(
        select(table.c.person)
        .join(current_member, current_member.c.person == table.c.person)
        .where(table.c.open, or_(current_member.c.until.is_(None), current_member.c.until > bindparam("now")))
        for table in _TABLES.values()
    )
)
_FIND_LOCKED = {kind: statement.with_for_update() for kind, statement in _FIND.items()}


async def find(work: UnitOfWork, kind: type[Profile], person: UUID, *, lock: bool = False) -> Profile | None:
    """The person's profile of this kind, if there is one that the caller may see."""
    row = (await work.connection.execute((_FIND_LOCKED if lock else _FIND)[kind], {"of": person})).first()
    return to_profile(kind, row) if row else None


async def list_open(work: UnitOfWork) -> dict[UUID, GivingSupport]:
    """The open offers of members, by person; at most 2,000."""
    rows = await work.connection.execute(_OPEN, {"now": work.now})
    return {row.person: to_profile(GivingSupport, row) for row in rows}


async def list_who_are_open(work: UnitOfWork) -> frozenset[UUID]:
    """Members with an open profile of either kind: for a decision of matching itself about whom to tell."""
    async with all_rows(work):
        return frozenset((await work.connection.execute(_WHO_ARE_OPEN, {"now": work.now})).scalars())


async def save(work: UnitOfWork, person: UUID, profile: GettingSupport | GivingSupport) -> None:
    table, place = _TABLES[type(profile)], profile.place
    values = values_of(profile, "place", "times") | {
        "person": person,
        "latitude": place.latitude if place else 0,
        "longitude": place.longitude if place else 0,
        "times": [minute for time in profile.times for minute in (time.begins, time.ends)],
        "changed_at": work.now,
        "changed_by": work.caller.id,
    }
    adding = insert(table)
    saving = adding.on_conflict_do_update(
        index_elements=["person"], set_={column.name: adding.excluded[column.name] for column in table.c if column.name != "person"}
    )
    await work.connection.execute(saving, values)


def to_profile(kind: type[Profile], row: Row[Any]) -> Profile:
    """The profile in a row that has all of its table's columns."""
    minutes = row.times
    times = tuple(WeeklyTime(begins, ends) for begins, ends in zip(minutes[::2], minutes[1::2], strict=True))
    profile: Profile = _READ[kind](row, times=times, place=Place(row.latitude, row.longitude))
    return profile


async def take_over(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Each profile of `other` becomes that of `kept` where they have none, and is deleted otherwise."""
    for table in _TABLES.values():
        has_own = select(table.c.person).where(table.c.person == bindparam("kept")).exists()
        moving = update(table).where(table.c.person == bindparam("other"), ~has_own).values(person=bindparam("kept"))
        await work.connection.execute(moving, {"kept": kept, "other": other})
        await work.connection.execute(delete(table).where(table.c.person == bindparam("other")), {"other": other})
