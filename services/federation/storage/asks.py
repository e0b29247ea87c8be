"""Rows of asks to and from peers, and of replies to them. A row changes once for each letter, so that nothing has its effect twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import BindParameter, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.asks.documents import Ask, AskReply, read_ask
from libs.database.engine import UnitOfWork
from libs.rulebook import MatchingRules
from libs.signing import canonical
from libs.signing.canonical import Json
from services.federation.storage.tables import ask_in, ask_out, ask_reply, ask_rule

_RULE = insert(ask_rule)
_SET_RULE = _RULE.on_conflict_do_update(index_elements=["only_one"], set_={"asks_a_day": _RULE.excluded.asks_a_day})
_GET_RULE = select(ask_rule.c.asks_a_day)
_NOW: BindParameter[int] = bindparam("at")
"""Seconds since 1970."""
_ADD_OUT = insert(ask_out).on_conflict_do_nothing()
_OUT = (ask_out.c.ask == bindparam("of"), ask_out.c.peer == bindparam("to"))
_OPEN_OUT = (~ask_out.c.ended, ask_out.c.until > _NOW)
_IS_OPEN_OUT = select(ask_out.c.until).where(*_OUT, *_OPEN_OUT).with_for_update()
_COUNT_OUT = update(ask_out).where(*_OUT, *_OPEN_OUT, ~ask_out.c.counted).values(counted=True)
_END_OUT = update(ask_out).where(ask_out.c.ask == bindparam("of"), *_OPEN_OUT).values(ended=True).returning(ask_out.c.peer, ask_out.c.until)
_ADD_IN = insert(ask_in).on_conflict_do_nothing()
_IN = (ask_in.c.peer == bindparam("by"), ask_in.c.ask == bindparam("of"))
_OPEN_IN = (~ask_in.c.ended, ask_in.c.until > _NOW)
_IS_OPEN_IN = select(ask_in.c.until).where(*_IN, *_OPEN_IN).with_for_update()
_OF_DAY = select(func.count()).select_from(ask_in).where(ask_in.c.peer == bindparam("by"), ask_in.c.came_at > bindparam("since"))
_UNCOUNTED = select(ask_in.c.peer, ask_in.c.content).where(~ask_in.c.counted, *_OPEN_IN).order_by(ask_in.c.came_at, ask_in.c.ask).limit(100)
_COUNT_IN = update(ask_in).where(*_IN).values(counted=True).returning(ask_in.c.ended)
_END_IN = update(ask_in).where(*_IN, ~ask_in.c.ended).values(ended=True)
_END_ALL_IN = update(ask_in).where(ask_in.c.peer == bindparam("by"), ~ask_in.c.ended).values(ended=True)
_ADD_REPLY = insert(ask_reply).on_conflict_do_nothing()
_REPLY = (ask_reply.c.peer == bindparam("with"), ask_reply.c.ask == bindparam("about"), ask_reply.c.reply == bindparam("named"))
_LIVE_REPLY = and_(*_REPLY, ask_reply.c.ours == bindparam("by_us"), ~ask_reply.c.ended)
_END_REPLY = update(ask_reply).where(_LIVE_REPLY).values(ended=True)
_AGREE_REPLY = update(ask_reply).where(_LIVE_REPLY, ~ask_reply.c.agreed).values(agreed=True)
_COUNT_REPLIES = (
    select(func.count())
    .select_from(ask_reply)
    .where(ask_reply.c.peer == bindparam("with"), ask_reply.c.ask == bindparam("about"), ask_reply.c.ours == bindparam("by_us"))
)
_FORGET = [delete(table).where(table.c.until < bindparam("before")) for table in (ask_out, ask_in, ask_reply)]


@dataclass(frozen=True)
class PeerAsk:
    """An ask of a peer."""

    peer: str
    ask: Ask


async def set_asks_a_day(work: UnitOfWork, asks_a_day: int) -> None:
    await work.connection.execute(_SET_RULE, {"asks_a_day": asks_a_day})


async def get_asks_a_day(work: UnitOfWork) -> int:
    """By the rulebook in force; as usual while none has said otherwise."""
    return (await work.connection.execute(_GET_RULE)).scalar() or MatchingRules().asks_a_day


# --- ours


async def add_out(work: UnitOfWork, ask: Ask, peer: str) -> bool:
    """False if it went to this peer before."""
    row = {"ask": ask.id, "peer": peer, "until": ask.until}
    return (await work.connection.execute(_ADD_OUT, row)).rowcount > 0


async def find_open_out(work: UnitOfWork, ask: str, peer: str) -> int | None:
    """Until when it is open, if it went to this peer; locked."""
    return (await work.connection.execute(_IS_OPEN_OUT, {"of": ask, "to": peer, "at": _seconds(work)})).scalar()


async def mark_counted_out(work: UnitOfWork, ask: str, peer: str) -> bool:
    """False for one that is not open, that did not go to this peer, or that it answered before."""
    return (await work.connection.execute(_COUNT_OUT, {"of": ask, "to": peer, "at": _seconds(work)})).rowcount > 0


async def end_out(work: UnitOfWork, ask: str) -> dict[str, int]:
    """The peers that must hear of its end, with the time until which it was open."""
    rows = await work.connection.execute(_END_OUT, {"of": ask, "at": _seconds(work)})
    return {row.peer: row.until for row in rows}


# --- those of peers


async def add_in(work: UnitOfWork, peer: str, ask: Ask) -> bool:
    """False if the peer sent one with this id before."""
    row = {"peer": peer, "ask": ask.id, "content": canonical.encode(ask.payload()), "until": ask.until, "came_at": work.now}
    return (await work.connection.execute(_ADD_IN, row)).rowcount > 0


async def count_in_since(work: UnitOfWork, peer: str, since: datetime) -> int:
    """Also those that are over, or that the peer withdrew."""
    return int((await work.connection.execute(_OF_DAY, {"by": peer, "since": since})).scalar_one())


async def find_open_in(work: UnitOfWork, peer: str, ask: str) -> int | None:
    """Until when it is open; locked."""
    return (await work.connection.execute(_IS_OPEN_IN, {"by": peer, "of": ask, "at": _seconds(work)})).scalar()


async def list_uncounted(work: UnitOfWork) -> list[PeerAsk]:
    """Those for which matching has not said yet how many fit; the oldest first, at most 100."""
    rows = await work.connection.execute(_UNCOUNTED, {"at": _seconds(work)})
    return [PeerAsk(row.peer, read_ask(cast("dict[str, Json]", canonical.decode(row.content)))) for row in rows]


async def mark_counted_in(work: UnitOfWork, peer: str, ask: str) -> bool:
    """Returns whether it is still wanted: the peer may have withdrawn it meanwhile."""
    return not (await work.connection.execute(_COUNT_IN, {"by": peer, "of": ask})).scalar_one()


async def end_in(work: UnitOfWork, peer: str, ask: str) -> bool:
    """False if there is none, or it ended before."""
    return (await work.connection.execute(_END_IN, {"by": peer, "of": ask})).rowcount > 0


async def end_all_in(work: UnitOfWork, peer: str) -> None:
    """Nothing is answered to this peer any more."""
    await work.connection.execute(_END_ALL_IN, {"by": peer})


# --- replies


async def add_reply(work: UnitOfWork, peer: str, reply: AskReply, until: int, *, ours: bool) -> bool:
    """False if it is here already."""
    row = {"peer": peer, "ask": reply.ask, "reply": reply.reply, "ours": ours, "until": until}
    return (await work.connection.execute(_ADD_REPLY, row)).rowcount > 0


async def count_replies(work: UnitOfWork, peer: str, ask: str, *, ours: bool) -> int:
    """Also those that were taken back."""
    return int((await work.connection.execute(_COUNT_REPLIES, {"with": peer, "about": ask, "by_us": ours})).scalar_one())


async def end_reply(work: UnitOfWork, peer: str, reply: AskReply, *, ours: bool) -> bool:
    """False if there is none, or it was taken back before."""
    return (await work.connection.execute(_END_REPLY, _reply_key(peer, reply, ours=ours))).rowcount > 0


async def agree_reply(work: UnitOfWork, peer: str, reply: AskReply, *, ours: bool) -> bool:
    """False if there is none, it was taken back, or it was agreed before."""
    return (await work.connection.execute(_AGREE_REPLY, _reply_key(peer, reply, ours=ours))).rowcount > 0


async def forget_before(work: UnitOfWork, moment: datetime) -> int:
    """Deletes what was over by then. Returns how many."""
    before = {"before": int(moment.timestamp())}
    return sum([(await work.connection.execute(statement, before)).rowcount for statement in _FORGET])


def _reply_key(peer: str, reply: AskReply, *, ours: bool) -> dict[str, object]:
    return {"with": peer, "about": reply.ask, "named": reply.reply, "by_us": ours}


def _seconds(work: UnitOfWork) -> int:
    return int(work.now.timestamp())
