"""Sessions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update

from libs.database.columns import MOMENT, NOW, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.identity.domain.session import Session
from services.identity.storage.sign_in_tables import session

_ADD = insert(session)
_FIND = select(session).where(session.c.id == bindparam("id"))
_IS_LIVE = (session.c.ended_at.is_(None), session.c.expires_at > NOW)
_END = update(session).where(*_IS_LIVE).values(ended_at=NOW).returning(session.c.id)
_END_ALL = _END.where(session.c.person == bindparam("of"), session.c.id.is_distinct_from(bindparam("kept")))
_END_SOME = _END.where(session.c.person == bindparam("of"), among(session.c.id, "ids"))
_END_OLDER = _END.where(session.c.person == bindparam("of"), session.c.started_at <= bindparam("begun_by", type_=MOMENT))
_ANY = select(session.c.id).where(session.c.person == bindparam("of")).limit(1)
_END_QUIET = _END.where(session.c.quiet_seconds > 0, among(session.c.id, "ids")).returning(session.c.person)
_END_BY_STRENGTH = _END_ALL.where(session.c.strength == bindparam("begun_with"))
_DELETE_OLD = delete(session).where(func.coalesce(session.c.ended_at, session.c.expires_at) < bindparam("before"))

_to_session = row_mapper(Session)


async def add(work: UnitOfWork, new_session: Session) -> None:
    await work.connection.execute(_ADD, values_of(new_session))


async def find(work: UnitOfWork, session_id: UUID) -> Session | None:
    row = (await work.connection.execute(_FIND, {"id": session_id})).first()
    return _to_session(row) if row else None


async def has_any(work: UnitOfWork, person: UUID) -> bool:
    """Whether the person signed in before, within a year."""
    return (await work.connection.execute(_ANY, {"of": person})).first() is not None


async def list_helped(work: UnitOfWork, person: UUID, page: PageRequest) -> Page[Session]:
    """The person's sessions in which somebody helped them, ended or not, the latest first."""
    statement = select(session).where(session.c.person == person, session.c.helped_by.is_not(None))
    by = (session.c.started_at, session.c.id)
    return (await paginate(work, statement, page, by=by, name="list_help", descending=True)).map(_to_session)


async def end_quiet(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Ends those of the sessions that end after a quiet time. Returns which ended, by person."""
    ended: dict[UUID, list[UUID]] = {}
    for row in await work.connection.execute(_END_QUIET, {"ids": list(ids), "now": work.now}):
        ended.setdefault(row.person, []).append(row.id)
    return ended


async def list_live(work: UnitOfWork, person: UUID, page: PageRequest) -> Page[Session]:
    """The person's sessions that have not ended, the latest first."""
    statement = select(session).where(session.c.person == person, session.c.ended_at.is_(None), session.c.expires_at > work.now)
    by = (session.c.started_at, session.c.id)
    return (await paginate(work, statement, page, by=by, name="list_sessions", descending=True)).map(_to_session)


async def end_all(work: UnitOfWork, person: UUID, *, keep: UUID | None = None) -> list[UUID]:
    """Ends every session of the person except `keep`. Returns which ended."""
    return list((await work.connection.execute(_END_ALL, {"of": person, "kept": keep, "now": work.now})).scalars())


async def end_by_strength(work: UnitOfWork, person: UUID, strength: str, *, keep: UUID | None = None) -> list[UUID]:
    """Ends every session of the person that began this way, except `keep`. Returns which ended."""
    values = {"of": person, "begun_with": strength, "kept": keep, "now": work.now}
    return list((await work.connection.execute(_END_BY_STRENGTH, values)).scalars())


async def end_some(work: UnitOfWork, person: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Ends these sessions, as far as they are the person's. Returns which ended."""
    return list((await work.connection.execute(_END_SOME, {"of": person, "ids": list(ids), "now": work.now})).scalars())


async def end_begun_by(work: UnitOfWork, person: UUID, begun_by: datetime) -> list[UUID]:
    """Ends the person's sessions that began by then. Returns which ended."""
    return list((await work.connection.execute(_END_OLDER, {"of": person, "begun_by": begun_by, "now": work.now})).scalars())


async def delete_old(work: UnitOfWork, before: datetime) -> int:
    """Deletes sessions that ended before then; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": before})).rowcount
