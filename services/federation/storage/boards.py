"""Stored boards: entries in order, heads that the board signed, and cosignatures of witnesses."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from libs.boards.entries import BallotEntry, read_entry
from libs.boards.entries import RowEntry as RollRow
from libs.database.engine import UnitOfWork
from libs.signing import merkle
from libs.signing.merkle import Frontier

_CREATE = text("insert into board (vote, co_op, frontier) values (:vote, :co_op, :frontier) on conflict do nothing")
_GET_FOR_UPDATE = text("select co_op, size, frontier, generation, heard_at from board where vote = :vote and co_op = :co_op for update")
_ALL = text("select vote, co_op, size, frontier, generation, heard_at from board where vote = any(:votes) order by vote, co_op")
_RECORD_CONTACT = text("update board set heard_at = :at where vote = :vote and co_op = :co_op")
_APPEND_ENTRIES = text("""
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
_TRUNCATE_ENTRIES = text("delete from entry where vote = :vote and co_op = :co_op and index >= :size returning data")
_TRUNCATE_COSIGNATURES = text("delete from cosignature where vote = :vote and co_op = :co_op and size > :size")
_TRUNCATE_HEADS = text("delete from head where vote = :vote and co_op = :co_op and size > :size")
_TRUNCATE = text("update board set size = :size, frontier = :frontier, generation = generation + 1 where vote = :vote and co_op = :co_op")

_ADD_HEAD = text("""
insert into head (vote, co_op, size, root, signature) values (:vote, :co_op, :size, :root, :signature) on conflict do nothing""")
_HEADS = text("select size, root, signature from head where vote = :vote and co_op = :co_op order by size, root")
_ALL_HEADS = text("select vote, co_op, size, root, signature from head where vote = any(:votes) order by vote, co_op, size, root")
_LAST_HEAD = text("select size, root, signature from head where vote = :vote and co_op = :co_op order by size desc limit 1")
_SIGNED = text("select vote, max(size) as size from head where co_op = :co_op and vote = any(:votes) group by vote")
_DELETE_UNUSED_HEADS = text("""
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
_DELETE_COSIGNATURE = text("""
delete from cosignature where vote = :vote and co_op = :co_op and witness = :witness and size = :size and time = :time and root = :root""")
_LIST_UNSIGNED = text("""
select b.vote from board b join vote v on v.id = b.vote
where b.co_op = :co_op and not v.archived
and b.size > coalesce((select max(h.size) from head h where h.vote = b.vote and h.co_op = b.co_op), 0)""")


@dataclass(frozen=True)
class BoardRecord:
    """A row of table `board`."""

    co_op: str
    size: int
    frontier: Frontier
    generation: int
    heard_at: datetime | None


@dataclass(frozen=True)
class StoredHead:
    """A checkpoint as its board signed it."""

    size: int
    root: bytes
    signature: bytes


@dataclass(frozen=True)
class StoredCosignature:
    """A cosignature of a head of the same board."""

    witness: str
    size: int
    root: bytes
    time: int
    signature: bytes


@dataclass(frozen=True)
class BoardHolding:
    """What we hold of one board: its row, heads and cosignatures."""

    board: BoardRecord
    heads: Sequence[StoredHead]
    cosigned: Sequence[StoredCosignature]


@dataclass(frozen=True)
class PseudonymEntry:
    """An entry that names a pseudonym."""

    vote: str
    co_op: str
    index: int
    data: bytes
    leaf: bytes


async def create_all(work: UnitOfWork, vote: str, co_ops: Iterable[str]) -> None:
    for co_op in co_ops:
        await work.connection.execute(_CREATE, {"vote": vote, "co_op": co_op, "frontier": Frontier.empty().encoded()})


async def lock(work: UnitOfWork, vote: str, co_op: str) -> BoardRecord | None:
    """The board, locked until the transaction ends."""
    row = (await work.connection.execute(_GET_FOR_UPDATE, {"vote": vote, "co_op": co_op})).first()
    return _board_from_row(row) if row else None


async def get_by_co_op(work: UnitOfWork, vote: str) -> dict[str, BoardRecord]:
    return {row.co_op: _board_from_row(row) for row in (await work.connection.execute(_ALL, {"votes": [vote]})).all()}


async def load_holdings(work: UnitOfWork, votes: Iterable[str]) -> dict[str, dict[str, BoardHolding]]:
    """Holdings by vote and board; loaded together, because a contact needs those of all shared votes."""
    parameters = {"votes": list(votes)}
    heads, cosignatures = defaultdict(list), defaultdict(list)
    for row in (await work.connection.execute(_ALL_HEADS, parameters)).all():
        heads[row.vote, row.co_op].append(_head_from_row(row))
    for row in (await work.connection.execute(_ALL_COSIGNATURES, parameters)).all():
        cosignatures[row.vote, row.co_op].append(_cosignature_from_row(row))
    result: dict[str, dict[str, BoardHolding]] = {vote: {} for vote in parameters["votes"]}
    for row in (await work.connection.execute(_ALL, parameters)).all():
        result[row.vote][row.co_op] = BoardHolding(_board_from_row(row), heads[row.vote, row.co_op], cosignatures[row.vote, row.co_op])
    return result


async def record_contact(work: UnitOfWork, vote: str, co_op: str) -> None:
    await work.connection.execute(_RECORD_CONTACT, {"vote": vote, "co_op": co_op, "at": work.now})


async def append(work: UnitOfWork, vote: str, board: BoardRecord, entries: Sequence[bytes]) -> BoardRecord:
    """Appends entries to a locked board; returns it as it is then."""
    leaves = [merkle.leaf_hash(data) for data in entries]
    grown, size = board.frontier.extend(leaves), board.size + len(entries)
    await work.connection.execute(
        _APPEND_ENTRIES,
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
    return BoardRecord(board.co_op, size, grown, board.generation, board.heard_at)


async def list_entries(work: UnitOfWork, vote: str, co_op: str, first: int, last: int) -> list[bytes]:
    """The entries with first <= index < last."""
    result = await work.connection.execute(_ENTRIES, {"vote": vote, "co_op": co_op, "first": first, "last": last})
    return [bytes(data) for data in result.scalars()]


async def list_leaves(work: UnitOfWork, vote: str, co_op: str, size: int) -> list[bytes]:
    return [bytes(leaf) for leaf in (await work.connection.execute(_LEAVES, {"vote": vote, "co_op": co_op, "last": size})).scalars()]


async def find_by_pseudonym(work: UnitOfWork, pseudonym: str) -> list[PseudonymEntry]:
    rows = (await work.connection.execute(_OF_PSEUDONYM, {"pseudonym": pseudonym})).all()
    return [PseudonymEntry(row.vote, row.co_op, row.place, bytes(row.data), bytes(row.leaf)) for row in rows]


async def truncate(work: UnitOfWork, vote: str, co_op: str, size: int) -> list[bytes]:
    """Deletes everything beyond `size`, with every head and cosignature of it, for a recovery. Returns the deleted entries."""
    parameters = {"vote": vote, "co_op": co_op, "size": size}
    await work.connection.execute(_TRUNCATE_COSIGNATURES, parameters)
    await work.connection.execute(_TRUNCATE_HEADS, parameters)
    removed = [bytes(data) for data in (await work.connection.execute(_TRUNCATE_ENTRIES, parameters)).scalars()]
    frontier = Frontier.empty().extend(await list_leaves(work, vote, co_op, size))
    await work.connection.execute(_TRUNCATE, parameters | {"frontier": frontier.encoded()})
    return removed


async def add_head(work: UnitOfWork, vote: str, co_op: str, head: StoredHead) -> bool:
    """Returns whether it is new."""
    row = {"vote": vote, "co_op": co_op, "size": head.size, "root": head.root, "signature": head.signature}
    return (await work.connection.execute(_ADD_HEAD, row)).rowcount > 0


async def list_heads(work: UnitOfWork, vote: str, co_op: str) -> list[StoredHead]:
    return [_head_from_row(row) for row in (await work.connection.execute(_HEADS, {"vote": vote, "co_op": co_op})).all()]


async def heads_by_board(work: UnitOfWork, vote: str) -> dict[str, list[StoredHead]]:
    """By board."""
    result: dict[str, list[StoredHead]] = {}
    for row in (await work.connection.execute(_ALL_HEADS, {"votes": [vote]})).all():
        result.setdefault(row.co_op, []).append(_head_from_row(row))
    return result


async def get_last_head(work: UnitOfWork, vote: str, co_op: str) -> StoredHead | None:
    row = (await work.connection.execute(_LAST_HEAD, {"vote": vote, "co_op": co_op})).first()
    return _head_from_row(row) if row else None


async def get_signed_sizes(work: UnitOfWork, co_op: str, votes: Iterable[str]) -> dict[str, int]:
    """The size of this co-op's last head, by vote."""
    rows = await work.connection.execute(_SIGNED, {"co_op": co_op, "votes": list(votes)})
    return {row.vote: row.size for row in rows.all()}


async def delete_unused_heads(work: UnitOfWork, vote: str, co_op: str) -> None:
    """Deletes heads that a later one has superseded before any witness cosigned them."""
    await work.connection.execute(_DELETE_UNUSED_HEADS, {"vote": vote, "co_op": co_op})


async def add_cosignature(work: UnitOfWork, vote: str, co_op: str, cosignature: StoredCosignature) -> bool:
    return (
        await work.connection.execute(_ADD_COSIGNATURE, _cosignature_key(vote, co_op, cosignature) | {"signature": cosignature.signature})
    ).rowcount > 0


async def delete_cosignature(work: UnitOfWork, vote: str, co_op: str, cosignature: StoredCosignature) -> None:
    await work.connection.execute(_DELETE_COSIGNATURE, _cosignature_key(vote, co_op, cosignature))


async def list_cosignatures(work: UnitOfWork, vote: str, co_op: str) -> list[StoredCosignature]:
    return [_cosignature_from_row(row) for row in (await work.connection.execute(_COSIGNATURES, {"vote": vote, "co_op": co_op})).all()]


async def cosignatures_by_board(work: UnitOfWork, vote: str) -> dict[str, list[StoredCosignature]]:
    """By board."""
    result: dict[str, list[StoredCosignature]] = {}
    for row in (await work.connection.execute(_ALL_COSIGNATURES, {"votes": [vote]})).all():
        result.setdefault(row.co_op, []).append(_cosignature_from_row(row))
    return result


async def list_unsigned(work: UnitOfWork, co_op: str) -> list[str]:
    """Votes in which our own board has grown beyond its last head."""
    return list((await work.connection.execute(_LIST_UNSIGNED, {"co_op": co_op})).scalars())


def _pseudonym(data: bytes) -> str | None:
    entry = read_entry(data)
    return entry.pseudonym if isinstance(entry, (BallotEntry, RollRow)) else None


def _cosignature_key(vote: str, co_op: str, cosignature: StoredCosignature) -> dict[str, object]:
    return {
        "vote": vote,
        "co_op": co_op,
        "witness": cosignature.witness,
        "size": cosignature.size,
        "root": cosignature.root,
        "time": cosignature.time,
    }


def _board_from_row(row: Row[Any]) -> BoardRecord:
    return BoardRecord(row.co_op, row.size, Frontier.decoded(bytes(row.frontier)), row.generation, row.heard_at)


def _head_from_row(row: Row[Any]) -> StoredHead:
    return StoredHead(row.size, bytes(row.root), bytes(row.signature))


def _cosignature_from_row(row: Row[Any]) -> StoredCosignature:
    return StoredCosignature(row.witness, row.size, bytes(row.root), row.time, bytes(row.signature))
