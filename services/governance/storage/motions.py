"""Stores motions and their rolls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, Uuid, all_, and_, bindparam, func, insert, null, select, update

from kith.governance.v1.enums import MotionFilter
from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PagedStatement, PageRequest
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.governance.domain.motion import Motion, MotionWording
from services.governance.domain.motion_ballot import MotionRow
from services.governance.storage.membership_projection import MEMBERS_ON_DAY
from services.governance.storage.tables import motion, roll

_read_motion, _read_wording, read_roll_row = row_mapper(Motion), row_mapper(MotionWording), row_mapper(MotionRow)

_ADD = insert(motion)
_FREEZE_ROLL = insert(roll).from_select(
    ("motion", "person", "member_class"),
    select(bindparam("opened", type_=Uuid), MEMBERS_ON_DAY.c.person, MEMBERS_ON_DAY.c.member_class).where(
        MEMBERS_ON_DAY.c.may_vote, MEMBERS_ON_DAY.c.member_class != all_(bindparam("excluded", type_=ARRAY(Text)))
    ),
)
_ROLL_SIZES = (
    select(roll.c.member_class, func.count())
    .where(roll.c.motion == bindparam("motion"))
    .group_by(roll.c.member_class)
    .order_by(roll.c.member_class)
)
_VOTERS = select(roll.c.person).where(roll.c.motion == bindparam("motion")).order_by(roll.c.person)
# Locked against late ballots.
_DUE = (
    select(motion)
    .where(motion.c.closed_at == null(), motion.c.closes_at <= bindparam("now"))
    .order_by(motion.c.closes_at)
    .limit(20)
    .with_for_update()
)
_NEXT_CLOSE = select(func.min(motion.c.closes_at)).where(motion.c.closed_at == null())
_CLOSE = update(motion).where(motion.c.id == bindparam("motion"), motion.c.closed_at == null())


def _for_caller(person: ColumnElement[Any]) -> Select[Any]:
    ballots = select(func.count()).where(roll.c.motion == motion.c.id, roll.c.revision > 0).scalar_subquery()
    mine = roll.alias("mine")
    return select(motion, ballots.label("ballots"), mine.c.motion, mine.c.person, mine.c.member_class, mine.c.revision).outerjoin(
        mine, and_(mine.c.motion == motion.c.id, mine.c.person == person)
    )


_FOR_CALLER = _for_caller(bindparam("me", type_=Uuid))
_GET_FOR_CALLER = _FOR_CALLER.where(motion.c.id == bindparam("motion"))
_NEEDS_MY_VOICE = _FOR_CALLER.where(
    motion.c.closed_at == null(), motion.c.opens_at <= NOW, motion.c.closes_at > NOW, _FOR_CALLER.selected_columns.revision == 0
)
_LISTS: dict[MotionFilter | None, PagedStatement] = {
    None: PagedStatement(_FOR_CALLER, by=(motion.c.announced_at, motion.c.id), descending=True),
    MotionFilter.NEEDS_MY_VOICE: PagedStatement(_NEEDS_MY_VOICE, by=(motion.c.closes_at, motion.c.id)),
    MotionFilter.OPEN: PagedStatement(_FOR_CALLER.where(motion.c.closed_at == null()), by=(motion.c.closes_at, motion.c.id)),
    MotionFilter.CLOSED: PagedStatement(
        _FOR_CALLER.where(motion.c.closed_at != null()), by=(motion.c.closed_at, motion.c.id), descending=True
    ),
}


@dataclass(frozen=True)
class MotionForCaller:
    """A motion as the caller sees it, with the number of ballots and the caller's own row on its roll (None = not on it)."""

    motion: Motion
    ballots: int
    roll_day: date
    roll_row: MotionRow | None


async def add(work: UnitOfWork, opened: Motion, roll_day: date, membership_number: int) -> None:
    values = values_of(opened, "wording") | values_of(opened.wording)
    await work.connection.execute(_ADD, values | {"roll_day": roll_day, "membership_number": membership_number})


async def freeze_roll(work: UnitOfWork, motion_id: UUID, day: date, excluded: Sequence[str]) -> dict[str, int]:
    """Copy everybody who may vote on that day to the roll, for good; return the size of each class."""
    await work.connection.execute(_FREEZE_ROLL, {"opened": motion_id, "day": day, "excluded": list(excluded)})
    return await roll_sizes(work, motion_id)


async def roll_sizes(work: UnitOfWork, motion_id: UUID) -> dict[str, int]:
    return dict((await work.connection.execute(_ROLL_SIZES, {"motion": motion_id})).tuples().all())


async def list_voters(work: UnitOfWork, motion_id: UUID) -> list[UUID]:
    """Everybody on the motion's roll."""
    return list((await work.connection.execute(_VOTERS, {"motion": motion_id})).scalars())


async def list_due(work: UnitOfWork) -> list[Motion]:
    """Return motions whose voting has ended and that are not counted yet, locked."""
    return [motion_from_row(row) for row in (await work.connection.execute(_DUE, {"now": work.now})).all()]


async def next_close(work: UnitOfWork) -> datetime | None:
    """When the voting on the next motion ends."""
    closes_at: datetime | None = (await work.connection.execute(_NEXT_CLOSE)).scalar()
    return closes_at


async def close(work: UnitOfWork, motion_id: UUID, *, passes: bool) -> None:
    await work.connection.execute(_CLOSE, {"motion": motion_id, "closed_at": work.now, "passes": passes})


async def get_for_caller(work: UnitOfWork, motion_id: UUID) -> MotionForCaller:
    """Return a motion as the caller sees it. Raises NotFound MOTION_UNKNOWN."""
    row = (await work.connection.execute(_GET_FOR_CALLER, {"motion": motion_id, "me": work.caller.person})).first()
    if row is None:
        raise NotFound("MOTION_UNKNOWN")
    return _for_caller_from_row(row)


async def list_for_caller(work: UnitOfWork, shown: MotionFilter | None, page: PageRequest) -> Page[MotionForCaller]:
    """Return a page of motions: all, or those that the filter shows."""
    values = {"me": work.caller.person, "now": work.now}
    page_of_rows = await _LISTS[shown].page(work, page, f"motions {shown or 'all'}", values)
    return page_of_rows.map(_for_caller_from_row)


def motion_from_row(row: Row[Any]) -> Motion:
    return _read_motion(row, wording=_read_wording(row))


def _for_caller_from_row(row: Row[Any]) -> MotionForCaller:
    return MotionForCaller(motion_from_row(row), row.ballots, row.roll_day, read_roll_row(row) if row.person is not None else None)
