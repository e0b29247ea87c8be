"""Whom people do not want to be brought together with. Nobody but the chooser reads a row."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from kith.matching.v1.enums import NoKind
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.storage import peer_noes
from services.matching.storage.tables import private_no

_ADD = insert(private_no)
_SET = _ADD.on_conflict_do_update(
    index_elements=["chooser", "other", "as_worker"], set_={"kind": _ADD.excluded.kind, "at": _ADD.excluded.at}
)
_ADD_UNLESS = _ADD.on_conflict_do_nothing()
_LIFT = delete(private_no).where(
    private_no.c.chooser == bindparam("by"), private_no.c.other == bindparam("of"), private_no.c.as_worker == bindparam("giving")
)
_LIST = (
    select(private_no)
    .where(private_no.c.chooser == bindparam("by"), private_no.c.as_worker == bindparam("giving"))
    .order_by(private_no.c.at.desc(), private_no.c.other)
)
_AGAINST = select(private_no.c.chooser).where(private_no.c.other == bindparam("of"), private_no.c.as_worker != bindparam("giving"))


@dataclass(frozen=True)
class PrivateNo:
    """Of `chooser`, who would give support if `as_worker`, and would get it otherwise."""

    chooser: UUID
    other: UUID
    as_worker: bool
    kind: NoKind
    at: datetime


_to_no = row_mapper(PrivateNo)


async def say(work: UnitOfWork, no: PrivateNo) -> None:
    """In place of an earlier one."""
    await work.connection.execute(_SET, values_of(no))


async def add_lapsed(work: UnitOfWork, noes: Collection[PrivateNo]) -> None:
    """Those there are already stay as they are."""
    await work.connection.execute(_ADD_UNLESS, [values_of(no) for no in noes])


async def lift(work: UnitOfWork, chooser: UUID, other: UUID, *, as_worker: bool) -> None:
    await work.connection.execute(_LIFT, {"by": chooser, "of": other, "giving": as_worker})


async def list_of(work: UnitOfWork, chooser: UUID, *, as_worker: bool) -> list[PrivateNo]:
    """Newest first."""
    return list(map(_to_no, await work.connection.execute(_LIST, {"by": chooser, "giving": as_worker})))


async def excluded_for(work: UnitOfWork, person: UUID, *, as_worker: bool) -> frozenset[UUID]:
    """With whom this side must not be brought together, no matter which of the two does not want it. Never shown to anybody."""
    own = {no.other for no in await list_of(work, person, as_worker=as_worker)} | await peer_noes.blocked_by(work, person)
    async with all_rows(work):
        against = (await work.connection.execute(_AGAINST, {"of": person, "giving": as_worker})).scalars()
    return frozenset(own | set(against))
