"""Boards as they are kept: entries in order, heads that were signed, and what witnesses cosigned."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from libs.boards.entries import Ballot, read_entry
from libs.boards.entries import Row as RollRow
from libs.database.engine import Work
from libs.signing import merkle
from libs.signing.merkle import Frontier

_MAKE = text("insert into board (vote, co_op, frontier) values (:vote, :co_op, :frontier) on conflict do nothing")
_HOLD = text("select co_op, size, frontier, generation, heard_at from board where vote = :vote and co_op = :co_op for update")
_ALL = text("select vote, co_op, size, frontier, generation, heard_at from board where vote = any(:votes) order by vote, co_op")
_HEARD = text("update board set heard_at = :at where vote = :vote and co_op = :co_op")
_ADD = text("""
with grown as (update board set size = :size, frontier = :frontier where vote = :vote and co_op = :co_op)
insert into entry (vote, co_op, index, data, leaf, pseudonym)
select :vote, :co_op, x.index, x.data, x.leaf, x.pseudonym
from unnest(cast(:indexes as bigint[]), cast(:datas as bytea[]), cast(:leaves as bytea[]), cast(:pseudonyms as text[]))
  as x(index, data, leaf, pseudonym)""")
_ENTRIES = text("""
select data from entry where vote = :vote and co_op = :co_op and index >= :first and index < :last order by index""")
_LEAVES = text("select leaf from entry where vote = :vote and co_op = :co_op and index < :last order by index")
_OF_PSEUDONYM = text(
    "select vote, co_op, index as place, data, leaf from entry where pseudonym = :pseudonym order by vote, co_op, index limit 200"
)
_CUT_ENTRIES = text("delete from entry where vote = :vote and co_op = :co_op and index >= :size returning data")
_CUT_COSIGNATURES = text("delete from cosignature where vote = :vote and co_op = :co_op and size > :size")
_CUT_HEADS = text("delete from head where vote = :vote and co_op = :co_op and size > :size")
_CUT = text("update board set size = :size, frontier = :frontier, generation = generation + 1 where vote = :vote and co_op = :co_op")

_ADD_HEAD = text("""
insert into head (vote, co_op, size, root, signature) values (:vote, :co_op, :size, :root, :signature) on conflict do nothing""")
_HEADS = text("select size, root, signature from head where vote = :vote and co_op = :co_op order by size, root")
_ALL_HEADS = text("select vote, co_op, size, root, signature from head where vote = any(:votes) order by vote, co_op, size, root")
_LAST_HEAD = text("select size, root, signature from head where vote = :vote and co_op = :co_op order by size desc limit 1")
_SIGNED = text("select vote, max(size) as size from head where co_op = :co_op and vote = any(:votes) group by vote")
_DROP_HEADS = text("""
delete from head h where vote = :vote and co_op = :co_op and size < (select max(size) from head where vote = :vote and co_op = :co_op)
and not exists (select from cosignature c where c.vote = h.vote and c.co_op = h.co_op and c.size = h.size and c.root = h.root)""")
_ADD_COSIGNATURE = text("""
insert into cosignature (vote, co_op, witness, size, root, time, signature)
values (:vote, :co_op, :witness, :size, :root, :time, :signature) on conflict do nothing""")
_COSIGNATURES = text("""
select witness, size, root, time, signature from cosignature where vote = :vote and co_op = :co_op order by witness, size, time""")
_ALL_COSIGNATURES = text("""
select vote, co_op, witness, size, root, time, signature from cosignature where vote = any(:votes)
order by vote, co_op, witness, size""")
_DROP_COSIGNATURE = text("""
delete from cosignature where vote = :vote and co_op = :co_op and witness = :witness and size = :size and time = :time and root = :root""")
_UNSEALED = text("""
select b.vote from board b join vote v on v.id = b.vote
where b.co_op = :co_op and not v.archived
and b.size > coalesce((select max(h.size) from head h where h.vote = b.vote and h.co_op = b.co_op), 0)""")


@dataclass(frozen=True)
class Kept:
    """A board's row."""

    co_op: str
    size: int
    frontier: Frontier
    generation: int
    heard_at: datetime | None


@dataclass(frozen=True)
class Head:
    """A checkpoint as its board signed it."""

    size: int
    root: bytes
    signature: bytes


@dataclass(frozen=True)
class Witnessed:
    """A cosignature of a head of the same board."""

    witness: str
    size: int
    root: bytes
    time: int
    signature: bytes


@dataclass(frozen=True)
class Holding:
    """What is held of one board and signed about it."""

    board: Kept
    heads: Sequence[Head]
    cosigned: Sequence[Witnessed]


@dataclass(frozen=True)
class Found:
    """An entry that names a pseudonym."""

    vote: str
    co_op: str
    index: int
    data: bytes
    leaf: bytes


async def make(work: Work, vote: str, co_ops: Iterable[str]) -> None:
    for co_op in co_ops:
        await work.connection.execute(_MAKE, {"vote": vote, "co_op": co_op, "frontier": Frontier.empty().encoded()})


async def hold(work: Work, vote: str, co_op: str) -> Kept | None:
    """The board, for us alone until we commit."""
    row = (await work.connection.execute(_HOLD, {"vote": vote, "co_op": co_op})).first()
    return _kept(row) if row else None


async def of_vote(work: Work, vote: str) -> dict[str, Kept]:
    return {row.co_op: _kept(row) for row in (await work.connection.execute(_ALL, {"votes": [vote]})).all()}


async def holdings(work: Work, votes: Iterable[str]) -> dict[str, dict[str, Holding]]:
    """By vote and board, of these votes; asked for together, because a contact asks for all that two co-ops share."""
    asked = {"votes": list(votes)}
    heads, cosigned = defaultdict(list), defaultdict(list)
    for row in (await work.connection.execute(_ALL_HEADS, asked)).all():
        heads[row.vote, row.co_op].append(_head(row))
    for row in (await work.connection.execute(_ALL_COSIGNATURES, asked)).all():
        cosigned[row.vote, row.co_op].append(_witnessed(row))
    found: dict[str, dict[str, Holding]] = {vote: {} for vote in asked["votes"]}
    for row in (await work.connection.execute(_ALL, asked)).all():
        found[row.vote][row.co_op] = Holding(_kept(row), heads[row.vote, row.co_op], cosigned[row.vote, row.co_op])
    return found


async def heard(work: Work, vote: str, co_op: str) -> None:
    await work.connection.execute(_HEARD, {"vote": vote, "co_op": co_op, "at": work.now})


async def append(work: Work, vote: str, board: Kept, entries: Sequence[bytes]) -> Kept:
    """Adds entries to a board that is held; gives it as it is then."""
    leaves = [merkle.leaf_hash(data) for data in entries]
    grown, size = board.frontier.extend(leaves), board.size + len(entries)
    await work.connection.execute(
        _ADD,
        {
            "vote": vote,
            "co_op": board.co_op,
            "size": size,
            "frontier": grown.encoded(),
            "indexes": list(range(board.size, size)),
            "datas": list(entries),
            "leaves": leaves,
            "pseudonyms": [_pseudonym(data) for data in entries],
        },
    )
    return Kept(board.co_op, size, grown, board.generation, board.heard_at)


async def entries(work: Work, vote: str, co_op: str, first: int, last: int) -> list[bytes]:
    """Those with first <= index < last."""
    found = await work.connection.execute(_ENTRIES, {"vote": vote, "co_op": co_op, "first": first, "last": last})
    return [bytes(data) for data in found.scalars()]


async def leaves(work: Work, vote: str, co_op: str, size: int) -> list[bytes]:
    return [bytes(leaf) for leaf in (await work.connection.execute(_LEAVES, {"vote": vote, "co_op": co_op, "last": size})).scalars()]


async def of_pseudonym(work: Work, pseudonym: str) -> list[Found]:
    rows = (await work.connection.execute(_OF_PSEUDONYM, {"pseudonym": pseudonym})).all()
    return [Found(row.vote, row.co_op, row.place, bytes(row.data), bytes(row.leaf)) for row in rows]


async def cut_back(work: Work, vote: str, co_op: str, size: int) -> list[bytes]:
    """A recovery: what lies beyond goes, with every head and cosignature about it. Gives the entries that went."""
    asked = {"vote": vote, "co_op": co_op, "size": size}
    await work.connection.execute(_CUT_COSIGNATURES, asked)
    await work.connection.execute(_CUT_HEADS, asked)
    gone = [bytes(data) for data in (await work.connection.execute(_CUT_ENTRIES, asked)).scalars()]
    frontier = Frontier.empty().extend(await leaves(work, vote, co_op, size))
    await work.connection.execute(_CUT, asked | {"frontier": frontier.encoded()})
    return gone


async def add_head(work: Work, vote: str, co_op: str, head: Head) -> bool:
    """Whether it is new."""
    row = {"vote": vote, "co_op": co_op, "size": head.size, "root": head.root, "signature": head.signature}
    return (await work.connection.execute(_ADD_HEAD, row)).rowcount > 0


async def heads(work: Work, vote: str, co_op: str) -> list[Head]:
    return [_head(row) for row in (await work.connection.execute(_HEADS, {"vote": vote, "co_op": co_op})).all()]


async def all_heads(work: Work, vote: str) -> dict[str, list[Head]]:
    """By board."""
    found: dict[str, list[Head]] = {}
    for row in (await work.connection.execute(_ALL_HEADS, {"votes": [vote]})).all():
        found.setdefault(row.co_op, []).append(_head(row))
    return found


async def last_head(work: Work, vote: str, co_op: str) -> Head | None:
    row = (await work.connection.execute(_LAST_HEAD, {"vote": vote, "co_op": co_op})).first()
    return _head(row) if row else None


async def signed_sizes(work: Work, co_op: str, votes: Iterable[str]) -> dict[str, int]:
    """How far this co-op's last head reaches, by vote."""
    rows = await work.connection.execute(_SIGNED, {"co_op": co_op, "votes": list(votes)})
    return {row.vote: row.size for row in rows.all()}


async def drop_idle_heads(work: Work, vote: str, co_op: str) -> None:
    """Heads that a later one has overtaken before anybody cosigned them."""
    await work.connection.execute(_DROP_HEADS, {"vote": vote, "co_op": co_op})


async def add_cosignature(work: Work, vote: str, co_op: str, one: Witnessed) -> bool:
    return (await work.connection.execute(_ADD_COSIGNATURE, _row(vote, co_op, one) | {"signature": one.signature})).rowcount > 0


async def drop_cosignature(work: Work, vote: str, co_op: str, one: Witnessed) -> None:
    await work.connection.execute(_DROP_COSIGNATURE, _row(vote, co_op, one))


async def cosignatures(work: Work, vote: str, co_op: str) -> list[Witnessed]:
    return [_witnessed(row) for row in (await work.connection.execute(_COSIGNATURES, {"vote": vote, "co_op": co_op})).all()]


async def all_cosignatures(work: Work, vote: str) -> dict[str, list[Witnessed]]:
    """By board."""
    found: dict[str, list[Witnessed]] = {}
    for row in (await work.connection.execute(_ALL_COSIGNATURES, {"votes": [vote]})).all():
        found.setdefault(row.co_op, []).append(_witnessed(row))
    return found


async def unsealed(work: Work, co_op: str) -> list[str]:
    """Votes in which our own board has grown beyond its last head."""
    return list((await work.connection.execute(_UNSEALED, {"co_op": co_op})).scalars())


def _pseudonym(data: bytes) -> str | None:
    entry = read_entry(data)
    return entry.pseudonym if isinstance(entry, (Ballot, RollRow)) else None


def _row(vote: str, co_op: str, one: Witnessed) -> dict[str, object]:
    return {"vote": vote, "co_op": co_op, "witness": one.witness, "size": one.size, "root": one.root, "time": one.time}


def _kept(row: Row[Any]) -> Kept:
    return Kept(row.co_op, row.size, Frontier.decoded(bytes(row.frontier)), row.generation, row.heard_at)


def _head(row: Row[Any]) -> Head:
    return Head(row.size, bytes(row.root), bytes(row.signature))


def _witnessed(row: Row[Any]) -> Witnessed:
    return Witnessed(row.witness, row.size, bytes(row.root), row.time, bytes(row.signature))
