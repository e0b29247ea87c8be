"""Rows of sessions and drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.web.storage.tables import draft, session

IDLE_TIMEOUT = timedelta(days=14)
"""A session that is unused for this long has ended."""


@dataclass(frozen=True)
class SessionRow:
    """A row of the session table."""

    person: UUID
    identity_session: str
    sealed_key: bytes
    hats: tuple[str, ...]
    expires_at: datetime
    used_at: datetime


_read_session = row_mapper(SessionRow)
_THIS_SESSION = session.c.cookie_hash == bindparam("hash")
_NOW, _IDLE_SINCE = bindparam("now", type_=MOMENT), bindparam("idle_since", type_=MOMENT)
_FIND_SESSION = select(session).where(_THIS_SESSION, session.c.expires_at > _NOW, session.c.used_at > _IDLE_SINCE)
_RECORD_USE = update(session).where(_THIS_SESSION).values(used_at=_NOW)
_SET_HATS = update(session).where(_THIS_SESSION).values(hats=bindparam("new_hats"))
_DELETE_SESSION = delete(session).where(_THIS_SESSION)
_DELETE_ENDED_BY_IDENTITY = delete(session).where(among(session.c.identity_session, "ended"))
_OF_PERSON = session.c.person == bindparam("of")
_ADD_HAT = (
    update(session)
    .where(_OF_PERSON, session.c.hats.any(bindparam("hat")).is_(False))
    .values(hats=func.array_append(session.c.hats, bindparam("hat", type_=Text)))
)
_REMOVE_HAT = update(session).where(_OF_PERSON).values(hats=func.array_remove(session.c.hats, bindparam("hat", type_=Text)))
_DELETE_ENDED_SESSIONS = delete(session).where(or_(session.c.expires_at <= _NOW, session.c.used_at <= _IDLE_SINCE))

_THIS_DRAFT = (draft.c.cookie_hash == bindparam("hash"), draft.c.form == bindparam("name"))
_INSERT_DRAFT = postgresql.insert(draft).from_select(
    ["cookie_hash", "form", "fields", "at"],
    # A session that has ended gets no draft.
    select(
        session.c.cookie_hash,
        bindparam("name", type_=draft.c.form.type),
        bindparam("new_fields", type_=draft.c.fields.type),
        _NOW,
    ).where(_THIS_SESSION),
)
_SAVE_DRAFT = _INSERT_DRAFT.on_conflict_do_update(
    index_elements=["cookie_hash", "form"], set_={"fields": _INSERT_DRAFT.excluded.fields, "at": _INSERT_DRAFT.excluded.at}
)
_LOAD_DRAFT = select(draft.c.fields).where(*_THIS_DRAFT)
_DELETE_DRAFT = delete(draft).where(*_THIS_DRAFT)


async def insert_session(work: UnitOfWork, cookie_hash: bytes, row: SessionRow) -> None:
    """Insert a session; `row.used_at` is now."""
    await work.connection.execute(insert(session), {"cookie_hash": cookie_hash, "created_at": row.used_at, **values_of(row)})


async def find_session(work: UnitOfWork, cookie_hash: bytes) -> SessionRow | None:
    """The session with this cookie hash; None once it has ended."""
    values = {"hash": cookie_hash, "now": work.now, "idle_since": work.now - IDLE_TIMEOUT}
    row = (await work.connection.execute(_FIND_SESSION, values)).one_or_none()
    return _read_session(row) if row else None


async def record_use(work: UnitOfWork, cookie_hash: bytes) -> None:
    await work.connection.execute(_RECORD_USE, {"hash": cookie_hash, "now": work.now})


async def set_hats(work: UnitOfWork, cookie_hash: bytes, hats: Sequence[str]) -> None:
    await work.connection.execute(_SET_HATS, {"hash": cookie_hash, "new_hats": list(hats)})


async def delete_session(work: UnitOfWork, cookie_hash: bytes) -> None:
    """Delete a session with its drafts."""
    await work.connection.execute(_DELETE_SESSION, {"hash": cookie_hash})


async def delete_ended_by_identity(work: UnitOfWork, identity_sessions: Sequence[str]) -> None:
    """Delete the sessions that identity has ended, with their drafts."""
    await work.connection.execute(_DELETE_ENDED_BY_IDENTITY, {"ended": list(identity_sessions)})


async def add_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    """From now on the person has this hat in every session."""
    await work.connection.execute(_ADD_HAT, {"of": person, "hat": hat})


async def remove_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    """From now on the person has this hat in no session."""
    await work.connection.execute(_REMOVE_HAT, {"of": person, "hat": hat})


async def delete_ended_sessions(work: UnitOfWork) -> int:
    """Delete ended sessions with their drafts; returns how many."""
    return (await work.connection.execute(_DELETE_ENDED_SESSIONS, {"now": work.now, "idle_since": work.now - IDLE_TIMEOUT})).rowcount


async def save_draft(work: UnitOfWork, cookie_hash: bytes, name: str, fields: Mapping[str, str]) -> None:
    """Insert the draft or replace the one with the same name."""
    values = {"hash": cookie_hash, "name": name, "new_fields": dict(fields), "now": work.now}
    await work.connection.execute(_SAVE_DRAFT, values)


async def load_draft(work: UnitOfWork, cookie_hash: bytes, name: str) -> dict[str, str]:
    """The draft's fields; empty when there is none."""
    return dict((await work.connection.execute(_LOAD_DRAFT, {"hash": cookie_hash, "name": name})).scalar_one_or_none() or {})


async def delete_draft(work: UnitOfWork, cookie_hash: bytes, name: str) -> None:
    await work.connection.execute(_DELETE_DRAFT, {"hash": cookie_hash, "name": name})
