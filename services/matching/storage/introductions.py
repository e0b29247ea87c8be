"""Rows of introductions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.domain.introduction import Introduction, IntroductionKind
from services.matching.storage import peer_noes
from services.matching.storage.tables import introduction, private_no

_LIVE = introduction.c.until.is_not(None)
_SUPPORT = introduction.c.kind == IntroductionKind.SUPPORT.value
_PEER = introduction.c.kind == IntroductionKind.PEER.value
_FIND_LIVE = (
    select(introduction)
    .where(introduction.c.person == bindparam("of_person"), introduction.c.worker == bindparam("of_worker"), _LIVE)
    .where(introduction.c.kind == bindparam("of_kind"))
    .with_for_update()
)
_ADD = insert(introduction).on_conflict_do_nothing(
    index_elements=[introduction.c.person, introduction.c.worker, introduction.c.kind], index_where=_LIVE
)
_SAVE = update(introduction).where(introduction.c.id == bindparam("saved"))
_DUE = select(introduction).where(introduction.c.until <= bindparam("now")).order_by(introduction.c.until).limit(200).with_for_update()
_NEXT_END = select(func.min(introduction.c.until))


def _not_wanted(chooser: ColumnElement[UUID], other: ColumnElement[UUID], *, as_worker: bool) -> ColumnElement[bool]:
    """A no of this side. A "never again" of theirs as a peer is asked for apart: row-level security hides it while somebody acts."""
    own = (private_no.c.chooser == chooser, private_no.c.other == other, private_no.c.as_worker == as_worker)
    return select(private_no.c.other).where(*own).exists()


# Whom a side does not want to see, it does not see here either, whatever the other does.
_OF_PERSON = (
    select(introduction)
    .where(introduction.c.person == bindparam("of"), _LIVE, _SUPPORT)
    .where(not_(_not_wanted(introduction.c.person, introduction.c.worker, as_worker=False)))
    .order_by(introduction.c.since.desc(), introduction.c.id)
)
_OF_WORKER = (
    select(introduction)
    .where(introduction.c.worker == bindparam("of"), _LIVE, _SUPPORT)
    .where(not_(_not_wanted(introduction.c.worker, introduction.c.person, as_worker=True)))
    .order_by(introduction.c.since.desc(), introduction.c.id)
)
_OF_BOTH = (
    select(introduction)
    .where(or_(introduction.c.person == bindparam("of"), introduction.c.worker == bindparam("of")), _LIVE)
    .order_by(introduction.c.id)
    .with_for_update()
)
_OF_PEER = (
    select(introduction)
    .where(or_(introduction.c.person == bindparam("of"), introduction.c.worker == bindparam("of")), _LIVE, _PEER)
    .order_by(introduction.c.since.desc(), introduction.c.id)
)

_to_introduction = row_mapper(Introduction)


async def find_live(work: UnitOfWork, person: UUID, worker: UUID, kind: IntroductionKind = IntroductionKind.SUPPORT) -> Introduction | None:
    """The one of these two that waits for answers; locked."""
    row = (await work.connection.execute(_FIND_LIVE, {"of_person": person, "of_worker": worker, "of_kind": kind.value})).first()
    return _to_introduction(row) if row else None


async def add(work: UnitOfWork, new: Introduction) -> bool:
    """False if there is a live one of these two already."""
    return (await work.connection.execute(_ADD, values_of(new))).rowcount > 0


async def save(work: UnitOfWork, changed: Introduction) -> None:
    await work.connection.execute(_SAVE, values_of(changed, "id", "person", "worker", "kind") | {"saved": changed.id})


async def list_live(work: UnitOfWork, of: UUID, *, as_worker: bool) -> list[Introduction]:
    """Newest first; without those with somebody to whom this side has said no, or "never again" as a peer, also for who acts for them."""
    blocked = await peer_noes.blocked_by(work, of)
    rows = await work.connection.execute(_OF_WORKER if as_worker else _OF_PERSON, {"of": of})
    return [live for live in map(_to_introduction, rows) if live.other(of) not in blocked]


async def list_live_peers(work: UnitOfWork, of: UUID) -> list[Introduction]:
    """With other peers, newest first; also with those whom this person does not want to see."""
    return list(map(_to_introduction, await work.connection.execute(_OF_PEER, {"of": of})))


async def list_live_of_both(work: UnitOfWork, of: UUID) -> list[Introduction]:
    """Of both sides and kinds, whatever they said; locked. For decisions of matching itself."""
    return list(map(_to_introduction, await work.connection.execute(_OF_BOTH, {"of": of})))


async def list_due(work: UnitOfWork) -> Sequence[Introduction]:
    """At most 200 whose time has gone by, the oldest first; locked, so that a last yes is not overwritten."""
    return list(map(_to_introduction, await work.connection.execute(_DUE, {"now": work.now})))


async def next_end(work: UnitOfWork) -> datetime | None:
    """When the next one is over without an answer."""
    at: datetime | None = (await work.connection.execute(_NEXT_END)).scalar()
    return at
