"""Rows of asks to other co-ops, what these answered, and replies of somebody there."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.domain.co_op_ask import AskCount, AskReply, CoOpAsk
from services.matching.storage.ask_tables import co_op_ask, co_op_ask_count, co_op_ask_reply

_ADD = insert(co_op_ask)
_FIND = select(co_op_ask).where(co_op_ask.c.id == bindparam("of"))
_FIND_LOCKED = _FIND.with_for_update()
_OPEN = (co_op_ask.c.ended_at.is_(None), co_op_ask.c.until > bindparam("now"))
_HAS_AGREED = exists().where(co_op_ask_reply.c.ask == co_op_ask.c.id, co_op_ask_reply.c.reference != "")
_NEWEST_FIRST = select(co_op_ask).order_by(co_op_ask.c.asked_at.desc(), co_op_ask.c.id)
_OWN = _NEWEST_FIRST.where(co_op_ask.c.person == bindparam("of"))
_OWN_OPEN = _OWN.where(*_OPEN).with_for_update()
_NOT_ENDED = _OWN.where(co_op_ask.c.ended_at.is_(None)).with_for_update()
_OWN_SHOWN = _OWN.where(or_(_HAS_AGREED, and_(*_OPEN)))
_SINCE = select(func.count()).select_from(co_op_ask).where(co_op_ask.c.asked_at > bindparam("since"))
_END = update(co_op_ask).where(co_op_ask.c.id == bindparam("of")).values(ended_at=bindparam("now"))
_DROP_UNAGREED = delete(co_op_ask_reply).where(co_op_ask_reply.c.ask == bindparam("of"), co_op_ask_reply.c.reference == "")
_FORGET = delete(co_op_ask).where(
    or_(co_op_ask.c.ended_at <= bindparam("day_ago"), co_op_ask.c.until <= bindparam("day_ago")),
    ~exists().where(
        co_op_ask_reply.c.ask == co_op_ask.c.id, co_op_ask_reply.c.reference != "", co_op_ask_reply.c.agreed_at > bindparam("agreed_since")
    ),
)
_ADD_COUNT = insert(co_op_ask_count).on_conflict_do_nothing()
_COUNTS = select(co_op_ask_count).where(co_op_ask_count.c.ask == func.any(bindparam("of"))).order_by(co_op_ask_count.c.co_op)
_ADD_REPLY = insert(co_op_ask_reply).on_conflict_do_nothing()
_REPLIES = (
    select(co_op_ask_reply)
    .where(co_op_ask_reply.c.ask == func.any(bindparam("of")), or_(co_op_ask_reply.c.answer.is_(None), co_op_ask_reply.c.answer))
    .order_by(co_op_ask_reply.c.came_at, co_op_ask_reply.c.id)
)
_FIND_REPLY = select(co_op_ask_reply).where(co_op_ask_reply.c.id == bindparam("of")).with_for_update()
_SAVE_REPLY = update(co_op_ask_reply).where(co_op_ask_reply.c.id == bindparam("saved"))
_DROP_REPLY = delete(co_op_ask_reply).where(
    co_op_ask_reply.c.id == bindparam("of"), co_op_ask_reply.c.co_op == bindparam("by"), co_op_ask_reply.c.ask == bindparam("about")
)
_DROP_OF_PEER = delete(co_op_ask_reply).where(co_op_ask_reply.c.co_op == bindparam("by"), co_op_ask_reply.c.reference == "")
_AGREED = (
    select(co_op_ask_reply)
    .where(co_op_ask_reply.c.reference != "")
    .order_by(co_op_ask_reply.c.agreed_at.desc(), co_op_ask_reply.c.id)
    .limit(200)
)

_to_ask, _to_count, _to_reply = row_mapper(CoOpAsk), row_mapper(AskCount), row_mapper(AskReply)


async def add(work: UnitOfWork, new: CoOpAsk) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def find(work: UnitOfWork, of: str, *, lock: bool = False) -> CoOpAsk | None:
    row = (await work.connection.execute(_FIND_LOCKED if lock else _FIND, {"of": of})).first()
    return _to_ask(row) if row else None


async def list_open(work: UnitOfWork, person: UUID) -> list[CoOpAsk]:
    """Newest first; locked."""
    return list(map(_to_ask, await work.connection.execute(_OWN_OPEN, {"of": person, "now": work.now})))


async def list_not_ended(work: UnitOfWork, person: UUID) -> list[CoOpAsk]:
    """Also those whose time is over; locked."""
    return list(map(_to_ask, await work.connection.execute(_NOT_ENDED, {"of": person})))


async def list_shown(work: UnitOfWork, person: UUID) -> list[CoOpAsk]:
    """Those that are open, and those with a reply that both sides agreed to; newest first."""
    return list(map(_to_ask, await work.connection.execute(_OWN_SHOWN, {"of": person, "now": work.now})))


async def count_since(work: UnitOfWork, since: datetime) -> int:
    """Of all people whose rows this transaction sees."""
    return int((await work.connection.execute(_SINCE, {"since": since})).scalar_one())


async def end(work: UnitOfWork, of: str) -> None:
    """Replies that were not agreed go; those that were, people are speaking of."""
    await work.connection.execute(_END, {"of": of, "now": work.now})
    await work.connection.execute(_DROP_UNAGREED, {"of": of})


async def forget(work: UnitOfWork, kept: timedelta) -> int:
    """Deletes asks that are over for a day; those with an agreed reply once that is older than `kept`. Returns how many."""
    ages = {"day_ago": work.now - timedelta(days=1), "agreed_since": work.now - kept}
    return (await work.connection.execute(_FORGET, ages)).rowcount


async def add_count(work: UnitOfWork, count: AskCount) -> None:
    """The first answer stays."""
    await work.connection.execute(_ADD_COUNT, values_of(count))


async def list_counts(work: UnitOfWork, asks: Collection[str]) -> list[AskCount]:
    return list(map(_to_count, await work.connection.execute(_COUNTS, {"of": list(asks)})))


async def add_reply(work: UnitOfWork, reply: AskReply) -> bool:
    """False if it is here already."""
    return (await work.connection.execute(_ADD_REPLY, values_of(reply))).rowcount > 0


async def list_replies(work: UnitOfWork, asks: Collection[str]) -> list[AskReply]:
    """Without those that the person said no to; in the order in which they came."""
    return list(map(_to_reply, await work.connection.execute(_REPLIES, {"of": list(asks)})))


async def find_reply(work: UnitOfWork, of: str) -> AskReply | None:
    """Locked."""
    row = (await work.connection.execute(_FIND_REPLY, {"of": of})).first()
    return _to_reply(row) if row else None


async def save_reply(work: UnitOfWork, changed: AskReply) -> None:
    values = {"answer": changed.answer, "reference": changed.reference, "agreed_at": changed.agreed_at}
    await work.connection.execute(_SAVE_REPLY, values | {"saved": changed.id})


async def drop_reply(work: UnitOfWork, co_op: str, ask: str, reply: str) -> None:
    """Who replied took it back."""
    await work.connection.execute(_DROP_REPLY, {"of": reply, "by": co_op, "about": ask})


async def drop_replies_of_co_op(work: UnitOfWork, co_op: str) -> None:
    """Those that were not agreed."""
    await work.connection.execute(_DROP_OF_PEER, {"by": co_op})


async def list_agreed(work: UnitOfWork) -> list[AskReply]:
    """Of all whose rows the caller may see, the newest first, at most 200."""
    return list(map(_to_reply, await work.connection.execute(_AGREED)))


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Those of an entry that was merged are the kept entry's."""
    for table in (co_op_ask, co_op_ask_count, co_op_ask_reply):
        await work.connection.execute(update(table).where(table.c.person == other).values(person=kept))
