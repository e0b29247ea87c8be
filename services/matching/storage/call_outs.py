"""Rows of call-outs."""

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.domain.call_out import CallOut
from services.matching.storage.tables import call_out, current_member

_ADD = insert(call_out)
_OWN = (
    select(call_out)
    .where(call_out.c.person == bindparam("of"), call_out.c.until_day >= bindparam("today"))
    .order_by(call_out.c.written_at.desc(), call_out.c.id)
    .with_for_update()
)
_FIND = select(call_out).where(call_out.c.id == bindparam("of"))
_END = delete(call_out).where(call_out.c.id == bindparam("of"))
_OPEN = (
    select(call_out)
    .join(current_member, current_member.c.person == call_out.c.person)
    .where(call_out.c.until_day >= bindparam("today"), or_(current_member.c.until.is_(None), current_member.c.until > bindparam("now")))
    .order_by(call_out.c.id)
    .limit(2000)
)
_FORGET = delete(call_out).where(call_out.c.until_day < bindparam("today"))

_to_call_out = row_mapper(CallOut)


async def add(work: UnitOfWork, new: CallOut) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def list_of(work: UnitOfWork, person: UUID, today: date) -> list[CallOut]:
    """Those open today, newest first; locked."""
    return list(map(_to_call_out, await work.connection.execute(_OWN, {"of": person, "today": today})))


async def find(work: UnitOfWork, of: UUID) -> CallOut | None:
    row = (await work.connection.execute(_FIND, {"of": of})).first()
    return _to_call_out(row) if row else None


async def end(work: UnitOfWork, of: UUID) -> None:
    await work.connection.execute(_END, {"of": of})


async def list_open(work: UnitOfWork, today: date) -> list[CallOut]:
    """Of all members; at most 2,000."""
    return list(map(_to_call_out, await work.connection.execute(_OPEN, {"today": today, "now": work.now})))


async def forget_before(work: UnitOfWork, today: date) -> int:
    """Deletes those whose last day is over. Returns how many."""
    return (await work.connection.execute(_FORGET, {"today": today})).rowcount
