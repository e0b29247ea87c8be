"""Sessions and failed sign-ins."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from services.identity.domain.session import Session

_ADD = text("""
insert into session (id, person, key_mark, strength, started_at, expires_at)
values (:id, :person, :key_mark, :strength, :started_at, :expires_at)""")
_FIND = text("select id, person, key_mark, strength, started_at, expires_at, ended_at from session where id = :id")
_END = text("update session set ended_at = :now where id = :id and ended_at is null")
_END_OTHERS = text("""
update session set ended_at = :now
where person = :person and ended_at is null and strength = any(:strengths) and id is distinct from :but""")
_DELETE_OLD = text("delete from session where coalesce(ended_at, expires_at) < :before")
_LOCK_ADDRESS = text("select pg_advisory_xact_lock(hashtextextended(encode(:address, 'hex'), 0))")
_COUNT_FAILURES = text("select count(*) from sign_in_failure where address_mark = :address and at > :since")
_RECORD_FAILURE = text("insert into sign_in_failure (id, address_mark, at) values (:id, :address, :at)")
_CLEAR_FAILURES = text("delete from sign_in_failure where address_mark = :address")
_DELETE_OLD_FAILURES = text("delete from sign_in_failure where at < :before")


async def add(work: UnitOfWork, session: Session) -> None:
    await work.connection.execute(
        _ADD,
        {
            "id": session.id,
            "person": session.person,
            "key_mark": session.key_mark,
            "strength": session.strength,
            "started_at": session.started_at,
            "expires_at": session.expires_at,
        },
    )


async def find(work: UnitOfWork, session: UUID) -> Session | None:
    row = (await work.connection.execute(_FIND, {"id": session})).first()
    return Session(row.id, row.person, bytes(row.key_mark), row.strength, row.started_at, row.expires_at, row.ended_at) if row else None


async def end(work: UnitOfWork, session: UUID) -> None:
    await work.connection.execute(_END, {"id": session, "now": work.now})


async def end_other_sessions(work: UnitOfWork, person: UUID, strengths: Sequence[str]) -> None:
    """Ends every session of the person that was started by one of `strengths`, except the caller's own."""
    own_session = work.caller.session if work.caller.person == person else None
    values = {"person": person, "strengths": list(strengths), "but": own_session, "now": work.now}
    await work.connection.execute(_END_OTHERS, values)


async def count_recent_failures(work: UnitOfWork, address: bytes, since: datetime) -> int:
    """Number of wrong passwords for this address since then. A concurrent attempt for the same address waits."""
    await work.connection.execute(_LOCK_ADDRESS, {"address": address})
    return int((await work.connection.execute(_COUNT_FAILURES, {"address": address, "since": since})).scalar_one())


async def record_failure(work: UnitOfWork, address: bytes) -> None:
    await work.connection.execute(_RECORD_FAILURE, {"id": work.new_id(), "address": address, "at": work.now})


async def clear_failures(work: UnitOfWork, address: bytes) -> None:
    await work.connection.execute(_CLEAR_FAILURES, {"address": address})


async def delete_old(work: UnitOfWork, *, failures_before: datetime, sessions_before: datetime) -> int:
    """Deletes old rows and returns how many."""
    deleted = await work.connection.execute(_DELETE_OLD_FAILURES, {"before": failures_before})
    return deleted.rowcount + (await work.connection.execute(_DELETE_OLD, {"before": sessions_before})).rowcount
