"""Rows of sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Text, and_, bindparam, cast, delete, func, insert, or_, select, update

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.web.storage.tables import session

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
    acting_for: UUID | None = None
    quiet_seconds: int = 0
    helped_by: UUID | None = None


_read_session = row_mapper(SessionRow)
_THIS_SESSION = session.c.cookie_hash == bindparam("hash")
_NOW, _IDLE_SINCE = bindparam("now", type_=MOMENT), bindparam("idle_since", type_=MOMENT)
# On a device that other people use too a session has a quiet time of its own. Cast, as a bound value has no type in PostgreSQL.
_QUIET_SINCE = cast(_NOW, MOMENT) - func.make_interval(0, 0, 0, 0, 0, 0, session.c.quiet_seconds)
_IS_QUIET = and_(session.c.quiet_seconds > 0, session.c.used_at <= _QUIET_SINCE)
_FIND_SESSION = select(session).where(_THIS_SESSION, session.c.expires_at > _NOW, session.c.used_at > _IDLE_SINCE, ~_IS_QUIET)
_LIST_QUIET = select(session.c.identity_session).where(_IS_QUIET, session.c.expires_at > _NOW).order_by(session.c.used_at).limit(200)
_RECORD_USE = update(session).where(_THIS_SESSION).values(used_at=_NOW)
_SET_HATS = update(session).where(_THIS_SESSION).values(hats=bindparam("new_hats"))
_SET_ACTING = update(session).where(_THIS_SESSION).values(acting_for=bindparam("new_acting_for"))
_DELETE_SESSION = delete(session).where(_THIS_SESSION)
_DELETE_ENDED_BY_IDENTITY = delete(session).where(among(session.c.identity_session, "ended"))
_OF_PERSON = session.c.person == bindparam("of")
_ADD_HAT = (
    update(session)
    .where(_OF_PERSON, session.c.hats.any(bindparam("hat")).is_(False))
    .values(hats=func.array_append(session.c.hats, bindparam("hat", type_=Text)))
)
_REMOVE_HAT = update(session).where(_OF_PERSON).values(hats=func.array_remove(session.c.hats, bindparam("hat", type_=Text)))
# Not the quiet ones: identity must hear of those first (`jobs/end_quiet_sessions.py`), and its event deletes them.
_DELETE_ENDED_SESSIONS = delete(session).where(or_(session.c.expires_at <= _NOW, session.c.used_at <= _IDLE_SINCE))


async def insert_session(work: UnitOfWork, cookie_hash: bytes, row: SessionRow) -> None:
    """Insert a session; `row.used_at` is now."""
    await work.connection.execute(insert(session), {"cookie_hash": cookie_hash, "created_at": row.used_at, **values_of(row)})


async def find_session(work: UnitOfWork, cookie_hash: bytes) -> SessionRow | None:
    """The session with this cookie hash; None once it has ended."""
    values = {"hash": cookie_hash, "now": work.now, "idle_since": work.now - IDLE_TIMEOUT}
    row = (await work.connection.execute(_FIND_SESSION, values)).one_or_none()
    return _read_session(row) if row else None


async def list_quiet(work: UnitOfWork) -> list[str]:
    """Identity's ids of sessions that nobody used for their quiet time, 200 at most."""
    return list((await work.connection.execute(_LIST_QUIET, {"now": work.now})).scalars())


async def record_use(work: UnitOfWork, cookie_hash: bytes) -> None:
    await work.connection.execute(_RECORD_USE, {"hash": cookie_hash, "now": work.now})


async def set_hats(work: UnitOfWork, cookie_hash: bytes, hats: Sequence[str]) -> None:
    await work.connection.execute(_SET_HATS, {"hash": cookie_hash, "new_hats": list(hats)})


async def set_acting_for(work: UnitOfWork, cookie_hash: bytes, subject: UUID | None) -> None:
    """From now on the session's person acts for somebody, or for themselves."""
    await work.connection.execute(_SET_ACTING, {"hash": cookie_hash, "new_acting_for": subject})


async def delete_session(work: UnitOfWork, cookie_hash: bytes) -> None:
    """Delete a session."""
    await work.connection.execute(_DELETE_SESSION, {"hash": cookie_hash})


async def delete_ended_by_identity(work: UnitOfWork, identity_sessions: Sequence[str]) -> None:
    """Delete the sessions that identity has ended."""
    await work.connection.execute(_DELETE_ENDED_BY_IDENTITY, {"ended": list(identity_sessions)})


async def add_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    """From now on the person has this hat in every session."""
    await work.connection.execute(_ADD_HAT, {"of": person, "hat": hat})


async def remove_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    """From now on the person has this hat in no session."""
    await work.connection.execute(_REMOVE_HAT, {"of": person, "hat": hat})


async def delete_ended_sessions(work: UnitOfWork) -> int:
    """Delete ended sessions; returns how many."""
    return (await work.connection.execute(_DELETE_ENDED_SESSIONS, {"now": work.now, "idle_since": work.now - IDLE_TIMEOUT})).rowcount
