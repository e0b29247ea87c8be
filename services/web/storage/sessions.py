"""Rows of sessions and drafts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import TextClause, text

from libs.database.engine import Work

IDLE = timedelta(days=14)
"""A session nobody used for this long is over."""

_BEGIN = text("""
insert into session (cookie_hash, person, identity_session, sealed_key, hats, created_at, used_at, expires_at)
values (:cookie_hash, :person, :identity_session, :sealed_key, :hats, :now, :now, :expires_at)""")
_FIND = text("""
select person, identity_session, sealed_key, hats, expires_at, used_at from session
where cookie_hash = :cookie_hash and expires_at > :now and used_at > :idle""")
_USED = text("update session set used_at = :now where cookie_hash = :cookie_hash")
_HATS = text("update session set hats = :hats where cookie_hash = :cookie_hash")
_END = text("delete from session where cookie_hash = :cookie_hash")
_FORGET = text("delete from session where expires_at <= :now or used_at <= :idle")
_KEEP = text("""
insert into draft (cookie_hash, form, fields, at)
select cookie_hash, :name, cast(:fields as jsonb), :now from session where cookie_hash = :cookie_hash
on conflict (cookie_hash, form) do update set fields = excluded.fields, at = excluded.at""")
_DRAFT = text("select cast(fields as text) from draft where cookie_hash = :cookie_hash and form = :name")
_DROP = text("delete from draft where cookie_hash = :cookie_hash and form = :name")


@dataclass(frozen=True)
class SessionRow:
    """One session as it is kept."""

    person: UUID
    identity_session: str
    sealed_key: bytes
    hats: tuple[str, ...]
    expires_at: datetime
    used_at: datetime


async def begin(work: Work, cookie_hash: bytes, row: SessionRow) -> None:
    """`row.used_at` is now."""
    await _do(
        work,
        _BEGIN,
        cookie_hash,
        person=row.person,
        identity_session=row.identity_session,
        sealed_key=row.sealed_key,
        hats=list(row.hats),
        now=row.used_at,
        expires_at=row.expires_at,
    )


async def find(work: Work, cookie_hash: bytes) -> SessionRow | None:
    """The session of that cookie, unless it is over."""
    values = {"cookie_hash": cookie_hash, "now": work.now, "idle": work.now - IDLE}
    row = (await work.connection.execute(_FIND, values)).one_or_none()
    return SessionRow(row.person, row.identity_session, row.sealed_key, tuple(row.hats), row.expires_at, row.used_at) if row else None


async def note_use(work: Work, cookie_hash: bytes) -> None:
    await _do(work, _USED, cookie_hash, now=work.now)


async def wear(work: Work, cookie_hash: bytes, hats: Sequence[str]) -> None:
    await _do(work, _HATS, cookie_hash, hats=list(hats))


async def end(work: Work, cookie_hash: bytes) -> None:
    """Its drafts go with it."""
    await _do(work, _END, cookie_hash)


async def forget_ended(work: Work) -> int:
    """Drops sessions that are over, with their drafts. Gives how many."""
    return (await work.connection.execute(_FORGET, {"now": work.now, "idle": work.now - IDLE})).rowcount


async def keep_draft(work: Work, cookie_hash: bytes, name: str, fields: Mapping[str, str]) -> None:
    """In place of what was kept under that name."""
    await _do(work, _KEEP, cookie_hash, name=name, fields=json.dumps(dict(fields)), now=work.now)


async def draft(work: Work, cookie_hash: bytes, name: str) -> dict[str, str]:
    """Empty when nothing is kept."""
    found = (await work.connection.execute(_DRAFT, {"cookie_hash": cookie_hash, "name": name})).scalar_one_or_none()
    return {str(key): str(value) for key, value in json.loads(found).items()} if found else {}


async def drop_draft(work: Work, cookie_hash: bytes, name: str) -> None:
    await _do(work, _DROP, cookie_hash, name=name)


async def _do(work: Work, statement: TextClause, cookie_hash: bytes, **values: object) -> None:
    await work.connection.execute(statement, {"cookie_hash": cookie_hash, **values})
