"""Rows of pairs of peers. A pair that has ended is gone: nothing is kept of who was one."""

from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.matching.domain.peer_pair import PeerPair, Peers
from services.matching.storage.tables import peer_pair

_ADD = insert(peer_pair).on_conflict_do_nothing(index_elements=[peer_pair.c.first, peer_pair.c.second])
_FIND = select(peer_pair).where(peer_pair.c.id == bindparam("of")).with_for_update()
_OF_TWO = select(peer_pair).where(peer_pair.c.first == bindparam("one"), peer_pair.c.second == bindparam("two"))
_OF_ONE = (
    select(peer_pair)
    .where(or_(peer_pair.c.first == bindparam("of"), peer_pair.c.second == bindparam("of")))
    .order_by(peer_pair.c.paired_at.desc(), peer_pair.c.id)
)
_SAVE = update(peer_pair).where(peer_pair.c.id == bindparam("saved"))
_REMOVE = delete(peer_pair).where(peer_pair.c.id == bindparam("of"))

_to_pair = row_mapper(PeerPair)


async def add(work: UnitOfWork, new: PeerPair) -> bool:
    """False if the two are a pair already."""
    return (await work.connection.execute(_ADD, values_of(new))).rowcount > 0


async def find(work: UnitOfWork, of: UUID) -> PeerPair | None:
    """Locked."""
    row = (await work.connection.execute(_FIND, {"of": of})).first()
    return _to_pair(row) if row else None


async def find_of_two(work: UnitOfWork, peers: Peers) -> PeerPair | None:
    row = (await work.connection.execute(_OF_TWO, {"one": peers.first, "two": peers.second})).first()
    return _to_pair(row) if row else None


async def list_of(work: UnitOfWork, person: UUID) -> list[PeerPair]:
    """Newest first."""
    return list(map(_to_pair, await work.connection.execute(_OF_ONE, {"of": person})))


async def list_all(work: UnitOfWork, page: PageRequest, *, without: UUID) -> Page[PeerPair]:
    """Newest first; without those of this person."""
    others = select(peer_pair).where(peer_pair.c.first != without, peer_pair.c.second != without)
    return (await paginate(work, others, page, by=(peer_pair.c.id,), name="list_peer_pairs", descending=True)).map(_to_pair)


async def save(work: UnitOfWork, changed: PeerPair) -> None:
    await work.connection.execute(_SAVE, values_of(changed, "id", "first", "second") | {"saved": changed.id})


async def remove(work: UnitOfWork, pair: PeerPair) -> bool:
    """False if it is gone already."""
    return (await work.connection.execute(_REMOVE, {"of": pair.id})).rowcount > 0
