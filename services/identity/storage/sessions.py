"""Sessions, and sign-ins that failed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work
from services.identity.domain.session import Session

_ADD = text("""
insert into session (id, person, key_mark, strength, started_at, expires_at)
values (:id, :person, :key_mark, :strength, :started_at, :expires_at)""")
_FIND = text("select id, person, key_mark, strength, started_at, expires_at, ended_at from session where id = :id")
_END = text("update session set ended_at = :now where id = :id and ended_at is null")
_END_ALL = text("""
update session set ended_at = :now
where person = :person and ended_at is null and strength = any(:strengths) and id is distinct from :but""")
_FORGET = text("delete from session where coalesce(ended_at, expires_at) < :before")
_ONE_TRY_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(encode(:address, 'hex'), 0))")
_FAILURES = text("select count(*) from sign_in_failure where address_mark = :address and at > :since")
_NOTE = text("insert into sign_in_failure (id, address_mark, at) values (:id, :address, :at)")
_FORGIVE = text("delete from sign_in_failure where address_mark = :address")
_FORGET_FAILURES = text("delete from sign_in_failure where at < :before")


async def add(work: Work, session: Session) -> None:
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


async def find(work: Work, session: UUID) -> Session | None:
    row = (await work.connection.execute(_FIND, {"id": session})).first()
    return Session(row.id, row.person, bytes(row.key_mark), row.strength, row.started_at, row.expires_at, row.ended_at) if row else None


async def end(work: Work, session: UUID) -> None:
    await work.connection.execute(_END, {"id": session, "now": work.now})


async def end_all(work: Work, person: UUID, strengths: Sequence[str]) -> None:
    """Every session of the person begun so, but the one that is asking."""
    asking = work.caller.session if work.caller.person == person else None
    values = {"person": person, "strengths": list(strengths), "but": asking, "now": work.now}
    await work.connection.execute(_END_ALL, values)


async def failures(work: Work, address: bytes, since: datetime) -> int:
    """How often a password for this address was wrong; whoever tries the same address meanwhile waits."""
    await work.connection.execute(_ONE_TRY_AT_A_TIME, {"address": address})
    return int((await work.connection.execute(_FAILURES, {"address": address, "since": since})).scalar_one())


async def note_failure(work: Work, address: bytes) -> None:
    await work.connection.execute(_NOTE, {"id": work.new_id(), "address": address, "at": work.now})


async def forgive(work: Work, address: bytes) -> None:
    await work.connection.execute(_FORGIVE, {"address": address})


async def forget(work: Work, *, failures_before: datetime, sessions_before: datetime) -> int:
    """What nobody will ask for again."""
    gone = await work.connection.execute(_FORGET_FAILURES, {"before": failures_before})
    return gone.rowcount + (await work.connection.execute(_FORGET, {"before": sessions_before})).rowcount
