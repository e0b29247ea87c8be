"""Whom people do not want to be brought together with as peers. Nobody but the chooser reads a row.

A "never again" counts everywhere: what somebody said so as a neighbour they need not say again where support is given, nor the other way
round. It hides the other from the chooser, and changes nothing that the other sees.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select, union
from sqlalchemy.dialects.postgresql import insert

from kith.matching.v1.enums import NoKind
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.storage.tables import peer_no, private_no

_ADD = insert(peer_no)
_SET = _ADD.on_conflict_do_update(index_elements=["chooser", "other"], set_={"kind": _ADD.excluded.kind, "at": _ADD.excluded.at})
_ADD_UNLESS = _ADD.on_conflict_do_nothing()
_LIFT = delete(peer_no).where(peer_no.c.chooser == bindparam("by"), peer_no.c.other == bindparam("of"))
_LIST = select(peer_no).where(peer_no.c.chooser == bindparam("by")).order_by(peer_no.c.at.desc(), peer_no.c.other)
_HIDDEN = union(
    select(peer_no.c.other).where(peer_no.c.chooser == bindparam("by")),
    select(private_no.c.other).where(private_no.c.chooser == bindparam("by"), private_no.c.kind == NoKind.BLOCK.value),
)
_BLOCKED = select(peer_no.c.other).where(peer_no.c.chooser == bindparam("by"), peer_no.c.kind == NoKind.BLOCK.value)


@dataclass(frozen=True)
class PeerNo:
    """Of `chooser`, about `other`."""

    chooser: UUID
    other: UUID
    kind: NoKind
    at: datetime


_to_no = row_mapper(PeerNo)


async def say(work: UnitOfWork, no: PeerNo) -> None:
    """In place of an earlier one."""
    await work.connection.execute(_SET, values_of(no))


async def add_lapsed(work: UnitOfWork, one: UUID, other: UUID, at: datetime) -> None:
    """On both sides, for matching itself; those there are already stay as they are."""
    both = [PeerNo(*sides, NoKind.LAPSED, at) for sides in ((one, other), (other, one))]
    async with all_rows(work):
        await work.connection.execute(_ADD_UNLESS, [values_of(no) for no in both])


async def lift(work: UnitOfWork, chooser: UUID, other: UUID) -> None:
    await work.connection.execute(_LIFT, {"by": chooser, "of": other})


async def list_of(work: UnitOfWork, chooser: UUID) -> list[PeerNo]:
    """Newest first."""
    return list(map(_to_no, await work.connection.execute(_LIST, {"by": chooser})))


async def hidden_from(work: UnitOfWork, chooser: UUID) -> Collection[UUID]:
    """Whom this person does not want to see as a peer; what others said is never asked."""
    return frozenset((await work.connection.execute(_HIDDEN, {"by": chooser})).scalars())


async def blocked_by(work: UnitOfWork, chooser: UUID) -> frozenset[UUID]:
    """Whom this person never wants to hear of, also for a decision of matching itself while somebody acts for them."""
    async with all_rows(work):
        return frozenset((await work.connection.execute(_BLOCKED, {"by": chooser})).scalars())
