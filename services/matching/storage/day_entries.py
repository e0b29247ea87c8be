"""Rows of who takes part in a matching day on which side, and of whom they rank. Each reads their own alone (row-level security)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotAllowed
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import DayEntry
from services.matching.storage.tables import day_entry, day_rank, introduction, matching_day

_COLUMNS = {"day": "matching_day", "side": "taking_part_as"}
"""Named so that they read well where somebody gets all that is stored about them."""
_OWN = (
    day_entry.c.matching_day == bindparam("of_day"),
    day_entry.c.person == bindparam("of"),
    day_entry.c.taking_part_as == bindparam("on"),
)
_OWN_RANKS = (
    day_rank.c.matching_day == bindparam("of_day"),
    day_rank.c.person == bindparam("of"),
    day_rank.c.taking_part_as == bindparam("on"),
)
_ADD = insert(day_entry).on_conflict_do_nothing()
_SAVE = update(day_entry).where(*_OWN)
_FIND = select(day_entry).where(*_OWN)
_FIND_LOCKED = _FIND.with_for_update()
_REMOVE = delete(day_entry).where(*_OWN)
_OF_DAY = select(day_entry).where(day_entry.c.matching_day == bindparam("of_day")).order_by(day_entry.c.person, day_entry.c.taking_part_as)
_TAKE_PART = select(day_entry.c.person).where(
    day_entry.c.matching_day == bindparam("of_day"), day_entry.c.taking_part_as == bindparam("on")
)
_NUMBERS = select(day_entry.c.person, day_entry.c.number).where(
    day_entry.c.matching_day == bindparam("of_day"),
    day_entry.c.taking_part_as == bindparam("on"),
    day_entry.c.person == any_(bindparam("among", type_=ARRAY(Uuid))),
)
_RANKS = select(day_rank.c.rank, day_rank.c.ranked).where(*_OWN_RANKS).order_by(day_rank.c.rank, day_rank.c.ranked)
_ADD_RANKS = insert(day_rank)
_CLEAR_RANKS = delete(day_rank).where(*_OWN_RANKS)
_PROPOSED = {
    Side.PERSON: select(introduction.c.worker).where(introduction.c.person == bindparam("of")),
    Side.WORKER: select(introduction.c.person).where(introduction.c.worker == bindparam("of")),
}
_PASSED = select(matching_day.c.id).where(matching_day.c.run_at < bindparam("before"))
_CALLED_OFF = select(matching_day.c.id).where(matching_day.c.cancelled_at.is_not(None))
_FORGET = tuple(delete(table).where(table.c.matching_day.in_(_PASSED.union(_CALLED_OFF))) for table in (day_rank, day_entry))

_to_entry = row_mapper(DayEntry, **_COLUMNS)


async def find(work: UnitOfWork, day: UUID, person: UUID, side: Side, *, lock: bool = False) -> DayEntry | None:
    """If the caller may see it."""
    row = (await work.connection.execute(_FIND_LOCKED if lock else _FIND, _key(day, person, side))).first()
    return _to_entry(row) if row else None


async def add(work: UnitOfWork, new: DayEntry) -> bool:
    """False if they joined in the same moment."""
    return (await work.connection.execute(_ADD, values_of(new, **_COLUMNS))).rowcount > 0


async def save(work: UnitOfWork, changed: DayEntry) -> None:
    values = values_of(changed, "day", "person", "side", "number", "salt", "joined_at")
    await work.connection.execute(_SAVE, values | _key(changed.day, changed.person, changed.side))


async def remove(work: UnitOfWork, day: UUID, person: UUID, side: Side) -> None:
    """With their ranks. That others ranked them counts again if they come back."""
    for statement in (_CLEAR_RANKS, _REMOVE):
        await work.connection.execute(statement, _key(day, person, side))


async def list_of(work: UnitOfWork, day: UUID) -> list[DayEntry]:
    """All that the caller may see: for the run of the day, and for a recount."""
    return list(map(_to_entry, await work.connection.execute(_OF_DAY, {"of_day": day})))


async def list_taking_part(work: UnitOfWork, day: UUID, side: Side) -> frozenset[UUID]:
    """Everybody, for who chooses among them. Only ids are read: no rank, and no room."""
    async with all_rows(work):
        return frozenset((await work.connection.execute(_TAKE_PART, {"of_day": day, "on": side.value})).scalars())


async def numbers_of(work: UnitOfWork, day: UUID, side: Side, persons: Collection[UUID]) -> dict[UUID, str]:
    """What stands for these in the file of the day: for who ranked them."""
    async with all_rows(work):
        rows = await work.connection.execute(_NUMBERS, {"of_day": day, "on": side.value, "among": list(persons)})
        return {row.person: row.number for row in rows}


async def is_on_both_sides(work: UnitOfWork, day: UUID) -> bool:
    """Whether the caller acts for somebody, and gives support on that day themselves."""
    caller = work.caller
    if caller.acting_for is None or caller.person is None:
        return False
    async with all_rows(work):
        return await find(work, day, caller.person, Side.WORKER) is not None


async def require_not_on_both_sides(work: UnitOfWork, day: UUID) -> None:
    """Nobody who gives support on that day sees or changes the ranks of a person for whom they act. Raises NotAllowed DAY_OWN_SIDE."""
    if await is_on_both_sides(work, day):
        raise NotAllowed("DAY_OWN_SIDE")


async def ranks_of(work: UnitOfWork, day: UUID, chooser: UUID, side: Side) -> list[list[UUID]]:
    """Groups from most to least wanted."""
    rows = await work.connection.execute(_RANKS, _key(day, chooser, side))
    return [[row.ranked for row in group] for _, group in groupby(rows, key=lambda row: row.rank)]


async def replace_ranks(work: UnitOfWork, entry: DayEntry, ranks: Sequence[Sequence[UUID]]) -> None:
    own = _key(entry.day, entry.person, entry.side)
    await work.connection.execute(_CLEAR_RANKS, own)
    rows = [
        {"matching_day": entry.day, "person": entry.person, "taking_part_as": entry.side.value, "ranked": other, "rank": rank}
        for rank, group in enumerate(ranks, 1)
        for other in group
    ]
    if rows:
        await work.connection.execute(_ADD_RANKS, rows)


async def proposed_to(work: UnitOfWork, day: UUID, person: UUID, side: Side) -> list[UUID]:
    """Who was proposed to them, whatever either has said since."""
    rows = await work.connection.execute(
        _PROPOSED[side].where(introduction.c.matching_day == bindparam("of_day")).order_by(introduction.c.id), {"of": person, "of_day": day}
    )
    return list(rows.scalars())


async def forget_before(work: UnitOfWork, now: datetime, kept_days: int) -> int:
    """Deletes who took part in days that ran so many days ago, or were called off, and their ranks. Returns how many rows."""
    before = {"before": now - timedelta(days=kept_days)}
    return sum([(await work.connection.execute(statement, before)).rowcount for statement in _FORGET])


def _key(day: UUID, person: UUID, side: Side) -> dict[str, object]:
    return {"of_day": day, "of": person, "on": side.value}
