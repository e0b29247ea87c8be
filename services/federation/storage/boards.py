"""Stored boards: entries in order, heads that the board signed, and cosignatures of witnesses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, bindparam, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from libs.boards import vote_terms
from libs.boards.entries import MAX_ENTRY_BYTES, BallotEntry, read_entry
from libs.boards.entries import RowEntry as RollRow
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from libs.signing import merkle
from libs.signing.merkle import Frontier
from services.federation.domain.witnessing import Cosignature, SignedHead
from services.federation.storage import wakeup_topics
from services.federation.storage.tables import board as table
from services.federation.storage.tables import cosignature, entry, head
from services.federation.storage.tables import vote as vote_table


def _of(rows: FromClause) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The rows of one board."""
    return rows.c.vote == bindparam("of_vote"), rows.c.co_op == bindparam("of_co_op")


def _key(vote: str, co_op: str) -> dict[str, object]:
    return {"of_vote": vote, "of_co_op": co_op}


_CREATE = insert(table).on_conflict_do_nothing()
_GET_FOR_UPDATE = select(table).where(*_of(table)).with_for_update()
_ALL = select(table).where(among(table.c.vote, "votes")).order_by(table.c.vote, table.c.co_op)
_UPDATE = update(table).where(*_of(table))
_TRUNCATE = _UPDATE.values(size=bindparam("to"), frontier=bindparam("at"), generation=table.c.generation + 1)
# The board and thousands of entries in one statement: `unnest` takes arrays, and one round trip.
_APPEND_ENTRIES = text("""
with grown as (update board set size = :size, frontier = :frontier where vote = :vote and co_op = :co_op)
insert into entry (vote, co_op, index, data, leaf, pseudonym)
select :vote, :co_op, x.index, x.data, x.leaf, x.pseudonym
from unnest(cast(:indexes as bigint[]), cast(:datas as bytea[]), cast(:leaves as bytea[]), cast(:pseudonyms as text[]))
  as x(index, data, leaf, pseudonym)""")
_ENTRIES = (
    select(entry.c.data).where(*_of(entry), entry.c.index >= bindparam("first"), entry.c.index < bindparam("last")).order_by(entry.c.index)
)
_LEAVES = select(entry.c.leaf).where(*_of(entry), entry.c.index < bindparam("last")).order_by(entry.c.index)
_OF_PSEUDONYM = select(entry).where(entry.c.pseudonym == bindparam("of")).order_by(entry.c.vote, entry.c.co_op, entry.c.index).limit(200)
_TRUNCATE_ENTRIES = delete(entry).where(*_of(entry), entry.c.index >= bindparam("to")).returning(entry.c.data)
_TRUNCATE_COSIGNATURES = delete(cosignature).where(*_of(cosignature), cosignature.c.size > bindparam("to"))
_TRUNCATE_HEADS = delete(head).where(*_of(head), head.c.size > bindparam("to"))

_ADD_HEAD = insert(head).on_conflict_do_nothing()
_HEADS = select(head).where(*_of(head)).order_by(head.c.size, head.c.root)
_ALL_HEADS = select(head).where(among(head.c.vote, "votes")).order_by(head.c.vote, head.c.co_op, head.c.size, head.c.root)
_LAST_HEAD = select(head).where(*_of(head)).order_by(head.c.size.desc()).limit(1)
_SIGNED = (
    select(head.c.vote, func.max(head.c.size))
    .where(among(head.c.vote, "votes"), head.c.co_op == bindparam("of_co_op"))
    .group_by(head.c.vote)
)
_later = head.alias()
_DELETE_UNUSED_HEADS = delete(head).where(
    *_of(head),
    head.c.size < select(func.max(_later.c.size)).where(*_of(_later)).scalar_subquery(),
    ~exists().where(*(cosignature.c[name] == head.c[name] for name in ("vote", "co_op", "size", "root"))),
)
_ADD_COSIGNATURE = insert(cosignature).on_conflict_do_nothing()
_COSIGNATURES = select(cosignature).where(*_of(cosignature)).order_by(cosignature.c.witness, cosignature.c.size, cosignature.c.time)
_ALL_COSIGNATURES = (
    select(cosignature)
    .where(among(cosignature.c.vote, "votes"))
    .order_by(cosignature.c.vote, cosignature.c.co_op, cosignature.c.witness, cosignature.c.size)
)
_DELETE_COSIGNATURE = delete(cosignature).where(
    *_of(cosignature), *(cosignature.c[name] == bindparam(f"of_{name}") for name in ("witness", "size", "time", "root"))
)
_last_size = select(func.max(head.c.size)).where(head.c.vote == table.c.vote, head.c.co_op == table.c.co_op).scalar_subquery()
_LIST_UNSIGNED = (
    select(table.c.vote)
    .join(vote_table)
    .where(table.c.co_op == bindparam("of_co_op"), ~vote_table.c.archived, table.c.size > func.coalesce(_last_size, 0))
)


@dataclass(frozen=True)
class BoardRecord:
    """A row of table `board`."""

    co_op: str
    size: int
    frontier: Frontier
    generation: int
    heard_at: datetime | None


@dataclass(frozen=True)
class BoardHolding:
    """What we hold of one board: its row, heads and cosignatures."""

    board: BoardRecord
    heads: Sequence[SignedHead]
    cosigned: Sequence[Cosignature]


@dataclass(frozen=True)
class PseudonymEntry:
    """An entry that names a pseudonym."""

    vote: str
    co_op: str
    index: int
    data: bytes
    leaf: bytes


_read_head = row_mapper(SignedHead)
_read_cosignature = row_mapper(Cosignature)
_read_pseudonym_entry = row_mapper(PseudonymEntry)


async def create_all(work: UnitOfWork, vote: str, co_ops: Iterable[str]) -> None:
    frontier = Frontier.empty().encoded()
    await work.connection.execute(_CREATE, [{"vote": vote, "co_op": co_op, "frontier": frontier} for co_op in co_ops])


async def lock(work: UnitOfWork, vote: str, co_op: str) -> BoardRecord | None:
    """The board, locked until the transaction ends."""
    row = (await work.connection.execute(_GET_FOR_UPDATE, _key(vote, co_op))).first()
    return _read_board(row) if row else None


async def get_by_co_op(work: UnitOfWork, vote: str) -> dict[str, BoardRecord]:
    return {row.co_op: _read_board(row) for row in await work.connection.execute(_ALL, {"votes": [vote]})}


async def load_holdings(work: UnitOfWork, votes: Iterable[str]) -> dict[str, dict[str, BoardHolding]]:
    """Holdings by vote and board; loaded together, because a contact needs those of all shared votes."""
    votes = list(votes)
    heads, cosignatures = await _heads_by_board(work, votes), await _cosignatures_by_board(work, votes)
    result: dict[str, dict[str, BoardHolding]] = {vote: {} for vote in votes}
    for row in await work.connection.execute(_ALL, {"votes": votes}):
        key = row.vote, row.co_op
        result[row.vote][row.co_op] = BoardHolding(_read_board(row), heads.get(key, []), cosignatures.get(key, []))
    return result


async def record_contact(work: UnitOfWork, vote: str, co_op: str) -> None:
    await work.connection.execute(_UPDATE, {**_key(vote, co_op), "heard_at": work.now})


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
    work.wakes.add(wakeup_topics.VOTES)
    return replace(board, size=size, frontier=grown)


async def list_entries(work: UnitOfWork, vote: str, co_op: str, first: int, last: int) -> list[bytes]:
    """The entries with first <= index < last."""
    return list((await work.connection.execute(_ENTRIES, {**_key(vote, co_op), "first": first, "last": last})).scalars())


async def list_leaves(work: UnitOfWork, vote: str, co_op: str, size: int) -> list[bytes]:
    return list((await work.connection.execute(_LEAVES, {**_key(vote, co_op), "last": size})).scalars())


async def find_by_pseudonym(work: UnitOfWork, pseudonym: str) -> list[PseudonymEntry]:
    return [_read_pseudonym_entry(row) for row in await work.connection.execute(_OF_PSEUDONYM, {"of": pseudonym})]


async def append_own(work: UnitOfWork, vote: str, us: str, entries: Sequence[bytes], *, once: bool = False) -> int:
    """Appends to our own board; nothing else adds to a board that others mirror from us. With `once`, entries that are there already are
    skipped: events are repeated after a restore. An entry that is too long is left out: no witness would hold it, nor anything after it.
    Returns how many were left out. Raises NotFound VOTE_UNKNOWN.
    """
    board = await lock(work, vote, us)
    if board is None:
        raise NotFound("VOTE_UNKNOWN")
    longest = [vote_terms.MAX_TERMS_BYTES if index == 0 else MAX_ENTRY_BYTES for index in range(board.size, board.size + len(entries))]
    new = [entry for entry, limit in zip(entries, longest, strict=True) if len(entry) <= limit]
    too_long = len(entries) - len(new)
    if once:
        present_leaves = set(await list_leaves(work, vote, us, board.size))
        new = [entry for entry in new if merkle.leaf_hash(entry) not in present_leaves]
    if new:
        await append(work, vote, board, new)
    return too_long


async def is_rolled_back(work: UnitOfWork, vote: str, board: BoardRecord, head: SignedHead) -> bool:
    """Whether a head that our own board signed belongs to a tree that we do not hold: a longer or a different one."""
    if head.size > board.size:
        return True
    if any((held.size, held.root) == (head.size, head.root) for held in await list_heads(work, vote, board.co_op)):
        return False
    return merkle.root_of(await list_leaves(work, vote, board.co_op, head.size)) != head.root


async def truncate(work: UnitOfWork, vote: str, co_op: str, size: int) -> list[bytes]:
    """Deletes everything beyond `size`, with every head and cosignature of it, for a recovery. Returns the deleted entries."""
    parameters = {**_key(vote, co_op), "to": size}
    await work.connection.execute(_TRUNCATE_COSIGNATURES, parameters)
    await work.connection.execute(_TRUNCATE_HEADS, parameters)
    removed = list((await work.connection.execute(_TRUNCATE_ENTRIES, parameters)).scalars())
    frontier = Frontier.empty().extend(await list_leaves(work, vote, co_op, size))
    await work.connection.execute(_TRUNCATE, parameters | {"at": frontier.encoded()})
    return removed


async def add_head(work: UnitOfWork, vote: str, co_op: str, head: SignedHead) -> bool:
    """Returns whether it is new."""
    work.wakes.add(wakeup_topics.VOTES)
    return (await work.connection.execute(_ADD_HEAD, {"vote": vote, "co_op": co_op, **values_of(head)})).rowcount > 0


async def list_heads(work: UnitOfWork, vote: str, co_op: str) -> list[SignedHead]:
    return [_read_head(row) for row in await work.connection.execute(_HEADS, _key(vote, co_op))]


async def heads_by_board(work: UnitOfWork, vote: str) -> dict[str, list[SignedHead]]:
    """By co-op."""
    return {co_op: heads for (_, co_op), heads in (await _heads_by_board(work, [vote])).items()}


async def get_last_head(work: UnitOfWork, vote: str, co_op: str) -> SignedHead | None:
    row = (await work.connection.execute(_LAST_HEAD, _key(vote, co_op))).first()
    return _read_head(row) if row else None


async def get_signed_sizes(work: UnitOfWork, co_op: str, votes: Iterable[str]) -> dict[str, int]:
    """The size of this co-op's last head, by vote."""
    rows = await work.connection.execute(_SIGNED, {"of_co_op": co_op, "votes": list(votes)})
    return dict(rows.tuples().all())


async def delete_unused_heads(work: UnitOfWork, vote: str, co_op: str) -> None:
    """Deletes heads that a later one has superseded before any witness cosigned them."""
    await work.connection.execute(_DELETE_UNUSED_HEADS, _key(vote, co_op))


async def add_cosignature(work: UnitOfWork, vote: str, co_op: str, cosignature: Cosignature) -> None:
    work.wakes.add(wakeup_topics.VOTES)
    await work.connection.execute(_ADD_COSIGNATURE, {"vote": vote, "co_op": co_op, **values_of(cosignature)})


async def delete_cosignature(work: UnitOfWork, vote: str, co_op: str, cosignature: Cosignature) -> None:
    key = {f"of_{name}": value for name, value in values_of(cosignature, "signature").items()}
    await work.connection.execute(_DELETE_COSIGNATURE, _key(vote, co_op) | key)


async def list_cosignatures(work: UnitOfWork, vote: str, co_op: str) -> list[Cosignature]:
    return [_read_cosignature(row) for row in await work.connection.execute(_COSIGNATURES, _key(vote, co_op))]


async def cosignatures_by_board(work: UnitOfWork, vote: str) -> dict[str, list[Cosignature]]:
    """By co-op."""
    return {co_op: cosignatures for (_, co_op), cosignatures in (await _cosignatures_by_board(work, [vote])).items()}


async def list_unsigned(work: UnitOfWork, co_op: str) -> list[str]:
    """Votes in which our own board has grown beyond its last head."""
    return list((await work.connection.execute(_LIST_UNSIGNED, {"of_co_op": co_op})).scalars())


async def _heads_by_board(work: UnitOfWork, votes: list[str]) -> dict[tuple[str, str], list[SignedHead]]:
    result: dict[tuple[str, str], list[SignedHead]] = {}
    for row in await work.connection.execute(_ALL_HEADS, {"votes": votes}):
        result.setdefault((row.vote, row.co_op), []).append(_read_head(row))
    return result


async def _cosignatures_by_board(work: UnitOfWork, votes: list[str]) -> dict[tuple[str, str], list[Cosignature]]:
    result: dict[tuple[str, str], list[Cosignature]] = {}
    for row in await work.connection.execute(_ALL_COSIGNATURES, {"votes": votes}):
        result.setdefault((row.vote, row.co_op), []).append(_read_cosignature(row))
    return result


def _pseudonym(data: bytes) -> str | None:
    entry = read_entry(data)
    return entry.pseudonym if isinstance(entry, (BallotEntry, RollRow)) else None


def _read_board(row: Row[Any]) -> BoardRecord:
    return BoardRecord(row.co_op, row.size, Frontier.decoded(row.frontier), row.generation, row.heard_at)
