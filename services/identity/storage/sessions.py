"""Sessions and failed sign-ins."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, text, update

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.identity.domain.session import Session
from services.identity.storage.tables import session, sign_in_failure

_ADD = insert(session)
_FIND = select(session).where(session.c.id == bindparam("id"))
_END = update(session).where(session.c.id == bindparam("ended"), session.c.ended_at.is_(None)).values(ended_at=bindparam("now"))
_END_OTHERS = (
    update(session)
    .where(
        session.c.person == bindparam("of"),
        session.c.ended_at.is_(None),
        among(session.c.strength, "strengths"),
        session.c.id.is_distinct_from(bindparam("own_session")),
    )
    .values(ended_at=bindparam("now"))
)
_DELETE_OLD = delete(session).where(func.coalesce(session.c.ended_at, session.c.expires_at) < bindparam("before"))
_LOCK_ADDRESS = text("select pg_advisory_xact_lock(hashtextextended(encode(:address, 'hex'), 0))")
_COUNT_FAILURES = select(func.count()).where(
    sign_in_failure.c.address_mark == bindparam("address"), sign_in_failure.c.at > bindparam("since")
)
_RECORD_FAILURE = insert(sign_in_failure)
_CLEAR_FAILURES = delete(sign_in_failure).where(sign_in_failure.c.address_mark == bindparam("address"))
_DELETE_OLD_FAILURES = delete(sign_in_failure).where(sign_in_failure.c.at < bindparam("before"))

_to_session = row_mapper(Session)


async def add(work: UnitOfWork, new_session: Session) -> None:
    await work.connection.execute(_ADD, values_of(new_session))


async def find(work: UnitOfWork, session_id: UUID) -> Session | None:
    row = (await work.connection.execute(_FIND, {"id": session_id})).first()
    return _to_session(row) if row else None


async def end(work: UnitOfWork, session_id: UUID) -> None:
    await work.connection.execute(_END, {"ended": session_id, "now": work.now})


async def end_other_sessions(work: UnitOfWork, person: UUID, strengths: Sequence[str]) -> None:
    """Ends every session of the person that was started by one of `strengths`, except the caller's own."""
    own_session = work.caller.session if work.caller.person == person else None
    values = {"of": person, "strengths": list(strengths), "own_session": own_session, "now": work.now}
    await work.connection.execute(_END_OTHERS, values)


async def count_recent_failures(work: UnitOfWork, address: bytes, since: datetime) -> int:
    """Number of wrong passwords for this address since then. A concurrent attempt for the same address waits."""
    await work.connection.execute(_LOCK_ADDRESS, {"address": address})
    return int((await work.connection.execute(_COUNT_FAILURES, {"address": address, "since": since})).scalar_one())


async def record_failure(work: UnitOfWork, address: bytes) -> None:
    await work.connection.execute(_RECORD_FAILURE, {"id": work.new_id(), "address_mark": address, "at": work.now})


async def clear_failures(work: UnitOfWork, address: bytes) -> None:
    await work.connection.execute(_CLEAR_FAILURES, {"address": address})


async def delete_old(work: UnitOfWork, *, failures_before: datetime, sessions_before: datetime) -> int:
    """Deletes old rows and returns how many."""
    deleted = await work.connection.execute(_DELETE_OLD_FAILURES, {"before": failures_before})
    return deleted.rowcount + (await work.connection.execute(_DELETE_OLD, {"before": sessions_before})).rowcount
