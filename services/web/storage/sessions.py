"""Rows of sessions and drafts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause, text

from libs.database.engine import UnitOfWork

IDLE_TIMEOUT = timedelta(days=14)
"""A session that is unused for this long has ended."""

_INSERT_SESSION = text("""
insert into session (cookie_hash, person, identity_session, sealed_key, hats, created_at, used_at, expires_at)
values (:cookie_hash, :person, :identity_session, :sealed_key, :hats, :now, :now, :expires_at)""")
_FIND_SESSION = text("""
select person, identity_session, sealed_key, hats, expires_at, used_at from session
where cookie_hash = :cookie_hash and expires_at > :now and used_at > :idle""")
_RECORD_USE = text("update session set used_at = :now where cookie_hash = :cookie_hash")
_SET_HATS = text("update session set hats = :hats where cookie_hash = :cookie_hash")
_DELETE_SESSION = text("delete from session where cookie_hash = :cookie_hash")
_DELETE_ENDED_SESSIONS = text("delete from session where expires_at <= :now or used_at <= :idle")
_SAVE_DRAFT = text("""
insert into draft (cookie_hash, form, fields, at)
select cookie_hash, :name, cast(:fields as jsonb), :now from session where cookie_hash = :cookie_hash
on conflict (cookie_hash, form) do update set fields = excluded.fields, at = excluded.at""")
_LOAD_DRAFT = text("select cast(fields as text) from draft where cookie_hash = :cookie_hash and form = :name")
_DELETE_DRAFT = text("delete from draft where cookie_hash = :cookie_hash and form = :name")


@dataclass(frozen=True)
class SessionRow:
    """A row of the session table."""

    person: UUID
    identity_session: str
    sealed_key: bytes
    hats: tuple[str, ...]
    expires_at: datetime
    used_at: datetime


async def insert_session(work: UnitOfWork, cookie_hash: bytes, row: SessionRow) -> None:
    """Insert a session; `row.used_at` is now."""
    await _execute(
        work,
        _INSERT_SESSION,
        cookie_hash,
        person=row.person,
        identity_session=row.identity_session,
        sealed_key=row.sealed_key,
        hats=list(row.hats),
        now=row.used_at,
        expires_at=row.expires_at,
    )


async def find_session(work: UnitOfWork, cookie_hash: bytes) -> SessionRow | None:
    """The session with this cookie hash; None once it has ended."""
    values = {"cookie_hash": cookie_hash, "now": work.now, "idle": work.now - IDLE_TIMEOUT}
    row = (await work.connection.execute(_FIND_SESSION, values)).one_or_none()
    return SessionRow(row.person, row.identity_session, row.sealed_key, tuple(row.hats), row.expires_at, row.used_at) if row else None


async def record_use(work: UnitOfWork, cookie_hash: bytes) -> None:
    await _execute(work, _RECORD_USE, cookie_hash, now=work.now)


async def set_hats(work: UnitOfWork, cookie_hash: bytes, hats: Sequence[str]) -> None:
    await _execute(work, _SET_HATS, cookie_hash, hats=list(hats))


async def delete_session(work: UnitOfWork, cookie_hash: bytes) -> None:
    """Delete a session with its drafts."""
    await _execute(work, _DELETE_SESSION, cookie_hash)


async def delete_ended_sessions(work: UnitOfWork) -> int:
    """Delete ended sessions with their drafts; returns how many."""
    return (await work.connection.execute(_DELETE_ENDED_SESSIONS, {"now": work.now, "idle": work.now - IDLE_TIMEOUT})).rowcount


async def save_draft(work: UnitOfWork, cookie_hash: bytes, name: str, fields: Mapping[str, str]) -> None:
    """Insert the draft or replace the one with the same name."""
    await _execute(work, _SAVE_DRAFT, cookie_hash, name=name, fields=json.dumps(dict(fields)), now=work.now)


async def load_draft(work: UnitOfWork, cookie_hash: bytes, name: str) -> dict[str, str]:
    """The draft's fields; empty when there is none."""
    fields = (await work.connection.execute(_LOAD_DRAFT, {"cookie_hash": cookie_hash, "name": name})).scalar_one_or_none()
    return {str(key): str(value) for key, value in json.loads(fields).items()} if fields else {}


async def delete_draft(work: UnitOfWork, cookie_hash: bytes, name: str) -> None:
    await _execute(work, _DELETE_DRAFT, cookie_hash, name=name)


async def _execute(work: UnitOfWork, statement: TextClause, cookie_hash: bytes, **values: object) -> None:
    await work.connection.execute(statement, {"cookie_hash": cookie_hash, **values})
