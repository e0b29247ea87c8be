"""Rows of other co-ops' asks, of what was told for which question, and of members here who replied.

None of the first two names anybody.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.domain.co_op_ask import OwnReply, ReceivedAsk
from services.matching.storage.ask_tables import received_ask, received_ask_reply, told_count

_OF_PEER = (received_ask.c.co_op == bindparam("by"), received_ask.c.id == bindparam("of"))
_ADD = insert(received_ask).on_conflict_do_nothing()
_FIND = select(received_ask).where(*_OF_PEER)
_FIND_LOCKED = _FIND.with_for_update()
_OPEN = select(received_ask).where(received_ask.c.until > bindparam("now")).order_by(received_ask.c.until, received_ask.c.id)
_DROP = delete(received_ask).where(*_OF_PEER)
_DROP_OF_PEER = delete(received_ask).where(received_ask.c.co_op == bindparam("by"))
_FORGET = delete(received_ask).where(received_ask.c.until <= bindparam("now"))
_TELLING = insert(told_count)
_TELL = _TELLING.on_conflict_do_update(
    index_elements=["question"], set_={"at_least": _TELLING.excluded.at_least, "told_at": _TELLING.excluded.told_at}
)
_TOLD = select(told_count.c.at_least).where(told_count.c.question == bindparam("of"), told_count.c.told_at > bindparam("since"))
_FORGET_TOLD = delete(told_count).where(told_count.c.told_at <= bindparam("since"))
_NEWEST_FIRST = select(received_ask_reply).order_by(received_ask_reply.c.replied_at.desc(), received_ask_reply.c.id)
_ADD_REPLY = insert(received_ask_reply)
_OWN_REPLIES = _NEWEST_FIRST.where(received_ask_reply.c.worker == bindparam("of"))
_FIND_REPLY = select(received_ask_reply).where(received_ask_reply.c.id == bindparam("of")).with_for_update()
_COUNT_REPLIES = (
    select(func.count())
    .select_from(received_ask_reply)
    .where(received_ask_reply.c.co_op == bindparam("by"), received_ask_reply.c.ask == bindparam("of"))
)
_DROP_REPLY = delete(received_ask_reply).where(received_ask_reply.c.id == bindparam("of"))
_UNAGREED = received_ask_reply.c.reference == ""
_DROP_UNAGREED = delete(received_ask_reply).where(received_ask_reply.c.co_op == bindparam("by"), _UNAGREED)
_AGREE = (
    update(received_ask_reply)
    .where(
        received_ask_reply.c.id == bindparam("reply"),
        received_ask_reply.c.co_op == bindparam("by"),
        received_ask_reply.c.ask == bindparam("of"),
        _UNAGREED,
    )
    .values(reference=bindparam("agreed_as"), agreed_at=bindparam("now"))
    .returning(received_ask_reply)
)
_AGREED = select(received_ask_reply).where(~_UNAGREED).order_by(received_ask_reply.c.agreed_at.desc(), received_ask_reply.c.id).limit(200)
_FORGET_REPLIES = delete(received_ask_reply).where(
    or_(
        _UNAGREED & (received_ask_reply.c.until <= bindparam("unagreed_since")),
        received_ask_reply.c.agreed_at <= bindparam("agreed_since"),
    )
)
_MOVE = update(received_ask_reply).where(received_ask_reply.c.worker == bindparam("other")).values(worker=bindparam("kept"))

_to_received, _to_reply = row_mapper(ReceivedAsk), row_mapper(OwnReply)


async def add(work: UnitOfWork, asked: ReceivedAsk) -> None:
    await work.connection.execute(_ADD, values_of(asked))


async def find(work: UnitOfWork, co_op: str, of: str, *, lock: bool = False) -> ReceivedAsk | None:
    row = (await work.connection.execute(_FIND_LOCKED if lock else _FIND, {"by": co_op, "of": of})).first()
    return _to_received(row) if row else None


async def list_open(work: UnitOfWork) -> list[ReceivedAsk]:
    """Those that end first before the others."""
    return list(map(_to_received, await work.connection.execute(_OPEN, {"now": work.now})))


async def drop(work: UnitOfWork, co_op: str, of: str) -> None:
    """With the replies to it that were not agreed."""
    await work.connection.execute(_DROP, {"by": co_op, "of": of})
    await work.connection.execute(_DROP_UNAGREED.where(received_ask_reply.c.ask == bindparam("of")), {"by": co_op, "of": of})


async def drop_of_co_op(work: UnitOfWork, co_op: str) -> None:
    """The same for all of this co-op's."""
    await work.connection.execute(_DROP_OF_PEER, {"by": co_op})
    await work.connection.execute(_DROP_UNAGREED, {"by": co_op})


async def find_told(work: UnitOfWork, question: str, since: datetime) -> int | None:
    """What this question was answered with since then."""
    return (await work.connection.execute(_TOLD, {"of": question, "since": since})).scalar()


async def tell(work: UnitOfWork, question: str, at_least: int) -> None:
    await work.connection.execute(_TELL, {"question": question, "at_least": at_least, "told_at": work.now})


async def add_reply(work: UnitOfWork, reply: OwnReply) -> None:
    await work.connection.execute(_ADD_REPLY, values_of(reply))


async def list_replies(work: UnitOfWork, worker: UUID) -> list[OwnReply]:
    """Newest first."""
    return list(map(_to_reply, await work.connection.execute(_OWN_REPLIES, {"of": worker})))


async def count_replies(work: UnitOfWork, asked: ReceivedAsk) -> int:
    """Of all people whose rows this transaction sees."""
    return int((await work.connection.execute(_COUNT_REPLIES, {"by": asked.co_op, "of": asked.id})).scalar_one())


async def find_reply(work: UnitOfWork, of: str) -> OwnReply | None:
    """Locked."""
    row = (await work.connection.execute(_FIND_REPLY, {"of": of})).first()
    return _to_reply(row) if row else None


async def drop_reply(work: UnitOfWork, of: str) -> None:
    await work.connection.execute(_DROP_REPLY, {"of": of})


async def agree(work: UnitOfWork, co_op: str, ask: str, reply: str, reference: str) -> OwnReply | None:
    """The reply that the other side agreed to with it; None if there is none that waits for it."""
    values = {"reply": reply, "by": co_op, "of": ask, "agreed_as": reference, "now": work.now}
    row = (await work.connection.execute(_AGREE, values)).first()
    return _to_reply(row) if row else None


async def list_agreed(work: UnitOfWork) -> list[OwnReply]:
    """Of all whose rows the caller may see, the newest first, at most 200."""
    return list(map(_to_reply, await work.connection.execute(_AGREED)))


async def forget(work: UnitOfWork, kept: timedelta, told_for: timedelta) -> int:
    """Deletes asks that are over; replies `kept` after they were agreed, or after the end of their ask; and answers older than `told_for`.

    Returns how many.
    """
    since = work.now - kept
    counts = (
        (await work.connection.execute(_FORGET, {"now": work.now})).rowcount,
        (await work.connection.execute(_FORGET_REPLIES, {"unagreed_since": since, "agreed_since": since})).rowcount,
        (await work.connection.execute(_FORGET_TOLD, {"since": work.now - told_for})).rowcount,
    )
    return sum(counts)


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Those of an entry that was merged are the kept entry's."""
    await work.connection.execute(_MOVE, {"kept": kept, "other": other})
