"""Failed passwords, and the browsers that signed in before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql

from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from services.identity.domain.password_attempts import Failures
from services.identity.storage.sign_in_tables import known_browser, sign_in_failure

_LOCK = text("select pg_advisory_xact_lock(hashtextextended(encode(:account, 'hex'), 0))")
_COUNT = select(func.count(), func.max(sign_in_failure.c.at)).where(sign_in_failure.c.at > bindparam("since", type_=MOMENT))
_OF_ACCOUNT = sign_in_failure.c.address_mark == bindparam("account")
_OF_CLIENT = sign_in_failure.c.client_mark == bindparam("client")
_COUNT_ACCOUNT, _COUNT_CLIENT, _COUNT_BOTH = _COUNT.where(_OF_ACCOUNT), _COUNT.where(_OF_CLIENT), _COUNT.where(_OF_ACCOUNT, _OF_CLIENT)
_RECORD = insert(sign_in_failure)
_CLEAR = delete(sign_in_failure).where(_OF_ACCOUNT, _OF_CLIENT)
_DELETE_OLD = delete(sign_in_failure).where(sign_in_failure.c.at < bindparam("before"))
_KNOWN = select(known_browser.c.person).where(
    known_browser.c.browser_mark == bindparam("browser"), among(known_browser.c.person, "persons")
)
_REMEMBER = postgresql.insert(known_browser).on_conflict_do_nothing()
_DELETE_OLD_BROWSERS = delete(known_browser).where(known_browser.c.since < bindparam("before"))
_FORGET = delete(known_browser).where(known_browser.c.person == bindparam("of"))


async def lock_account(work: UnitOfWork, account: bytes) -> None:
    """A concurrent attempt for the same account waits until this transaction ends."""
    await work.connection.execute(_LOCK, {"account": account})


async def failures_of_account(work: UnitOfWork, account: bytes, since: datetime) -> Failures:
    return await _count(work, _COUNT_ACCOUNT, {"account": account, "since": since})


async def failures_of_client(work: UnitOfWork, client: bytes, since: datetime) -> Failures:
    return await _count(work, _COUNT_CLIENT, {"client": client, "since": since})


async def failures_of_both(work: UnitOfWork, account: bytes, client: bytes, since: datetime) -> Failures:
    return await _count(work, _COUNT_BOTH, {"account": account, "client": client, "since": since})


async def record_failure(work: UnitOfWork, account: bytes, client: bytes) -> None:
    await work.connection.execute(_RECORD, {"id": work.new_id(), "address_mark": account, "client_mark": client, "at": work.now})


async def clear_failures(work: UnitOfWork, account: bytes, client: bytes) -> None:
    await work.connection.execute(_CLEAR, {"account": account, "client": client})


async def delete_old(work: UnitOfWork, before: datetime) -> int:
    """Deletes failures before then; returns how many."""
    return (await work.connection.execute(_DELETE_OLD, {"before": before})).rowcount


async def is_known_browser(work: UnitOfWork, browser: bytes, persons: list[UUID]) -> bool:
    """Whether one of these persons signed in with this browser before."""
    return (await work.connection.execute(_KNOWN, {"browser": browser, "persons": persons})).first() is not None


async def remember_browser(work: UnitOfWork, person: UUID, browser: bytes) -> None:
    await work.connection.execute(_REMEMBER, {"person": person, "browser_mark": browser, "since": work.now})


async def forget_browsers(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_FORGET, {"of": person})


async def delete_old_browsers(work: UnitOfWork, before: datetime) -> int:
    """Deletes browsers that were remembered before then; returns how many."""
    return (await work.connection.execute(_DELETE_OLD_BROWSERS, {"before": before})).rowcount


async def _count(work: UnitOfWork, statement: Select[tuple[int, datetime]], values: dict[str, object]) -> Failures:
    count, last = (await work.connection.execute(statement, values)).one()
    return Failures(count, last)
