"""One service's own database: its connection pool, and units of work (transactions) on it."""

import contextlib
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from libs.callers import Caller
from libs.database import ids, wakeups
from libs.database.callers_connection import CallersConnection, callers_connection, settings_of
from libs.database.wakeups import Wakeups
from libs.observe.logs import logger
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import Unavailable

LOG = logger("database")
new_id = ids.new_id

_NOTIFY = text("select pg_notify(:channel, :topic)")

_SERVER_SETTINGS = {
    # The server times statements out: cheaper than a timer of our own for each.
    "statement_timeout": "30000",
    "idle_in_transaction_session_timeout": "60000",
    # A plan is made once for each statement of a connection, whatever its values (ADR 82).
    "plan_cache_mode": "force_generic_plan",
    # `libs/database/callers_connection.py` quotes as this says.
    "standard_conforming_strings": "on",
}

DATABASE_ERRORS = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, EOFError)
"""Every kind of error that the driver, its wrapper, or the way to the server raises. TimeoutError is an OSError."""

_REASONS_BY_SQLSTATE = {
    # https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest prefix counts.
    "53100": "DISK_FULL",
    "57014": "TOOK_TOO_LONG",  # statement_timeout
    "25P03": "TOOK_TOO_LONG",  # idle_in_transaction_session_timeout
    "40": "TOOK_TOO_LONG",  # a deadlock, or another transaction came first
    "55P03": "TOOK_TOO_LONG",  # a lock could not be had
    "08": "DATABASE_AWAY",
    "53": "DATABASE_AWAY",  # out of memory, connections or another resource
    "57P": "DATABASE_AWAY",  # shutting down, or starting
    "58": "DATABASE_DAMAGED",  # a file is missing, or cannot be read or written
    "XX001": "DATABASE_DAMAGED",  # a damaged page
    "XX002": "DATABASE_DAMAGED",  # a damaged index
}


class UnitOfWork:
    """One transaction for one command, query, job or reaction: its connection, caller, time and ids.

    Commands never commit: the `with` block that opened the unit of work commits when it ends without an exception.
    """

    def __init__(self, connection: AsyncConnection, caller: Caller, now: datetime, cause: str, traceparent: str = "") -> None:
        self.connection = connection
        self.caller = caller
        self.now = now
        self.cause = cause
        """The request_id, or the id of the event reacted to."""
        self.traceparent = traceparent
        self.wakes: set[str] = set()
        """Topics that the commit wakes (`libs/database/wakeups.py`): EVENTS when an event was published, so that the relay runs."""
        self.security_events: list[tuple[SecurityEvent, dict[str, str]]] = []

    def new_id(self) -> uuid.UUID:
        """A UUIDv7."""
        return ids.new_id()

    def report(self, kind: SecurityEvent, **ids: str) -> None:
        """Reports a security event if and when this commits; `by` is the caller."""
        self.security_events.append((kind, {"by": self.caller.id, "hat": self.caller.hat} | ids))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A savepoint: when the block raises, only its writes are rolled back and the unit of work continues."""
        async with self.connection.begin_nested():
            yield


class Database:
    """The connection pool of one service's database, under its run role."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_timeout=10,
            # The same few connections, which know the statements already; the others rest.
            pool_use_lifo=True,
            connect_args={"timeout": 5, "server_settings": _SERVER_SETTINGS, "connection_class": CallersConnection},
        )
        self.wakeups = Wakeups()
        self.leads = False
        """Whether the relay and the jobs of this database run in this process; another process must be told of events by NOTIFY."""
        self._refused_at: dict[str, float] = {}

    @asynccontextmanager
    async def work(self, caller: Caller, now: datetime, cause: str = "", traceparent: str = "") -> AsyncIterator[UnitOfWork]:
        """Opens a unit of work: committed when the block succeeds, rolled back when it raises."""
        async with self._transaction(caller, now) as connection:
            work = UnitOfWork(connection, caller, now, cause, traceparent)
            yield work
        for kind, about in work.security_events:
            report_security_event(kind, **about)
        for topic in work.wakes:
            self.wakeups.wake(topic)
        if work.wakes and not self.leads:
            await self._notify_leader(work.wakes)

    @asynccontextmanager
    async def query_work(self, caller: Caller, now: datetime) -> AsyncIterator[UnitOfWork]:
        """Opens a unit of work for a query, which publishes no events.

        What it wakes is woken in this process only: it is not worth a round trip of each read that a leader elsewhere hears at once.
        """
        async with self._transaction(caller, now) as connection:
            work = UnitOfWork(connection, caller, now, "")
            yield work
        for topic in work.wakes:
            self.wakeups.wake(topic)

    async def _notify_leader(self, topics: Iterable[str]) -> None:
        """The changes are committed already: a leader that cannot be notified now finds them when it next looks."""
        with contextlib.suppress(*DATABASE_ERRORS):
            async with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                for topic in topics:
                    await connection.execute(_NOTIFY, {"channel": wakeups.CHANNEL, "topic": topic})

    async def close(self) -> None:
        await self.engine.dispose()

    def refused_within(self, reason: str, seconds: float) -> bool:
        """Whether a unit of work was refused for this reason within so many seconds: what people meet, health must not deny."""
        return time.monotonic() - self._refused_at.get(reason, -seconds) < seconds

    @asynccontextmanager
    async def _transaction(self, caller: Caller, now: datetime) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._connection() as connection:
                driver = callers_connection(connection)
                driver.settings = _caller_settings(caller, now)
                try:
                    async with connection.begin():
                        yield connection
                finally:
                    driver.settings = ""
        except DATABASE_ERRORS as error:
            refusal = refusal_for_database_error(error)
            if refusal is None:
                raise
            self._refused_at[refusal.reason] = time.monotonic()
            raise refusal from error

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        async with contextlib.AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self.engine.connect())
            except Exception as error:
                # Nothing of ours has reached the server yet, so whatever went wrong is the server, or the way to it.
                refusal = refusal_for_database_error(error) or Unavailable("DATABASE_AWAY")
                self._refused_at[refusal.reason] = time.monotonic()
                LOG.warning("no_connection", reason=refusal.reason, error=type(error).__name__)
                raise refusal from error
            yield connection


def _caller_settings(caller: Caller, now: datetime) -> str:
    """From which row-level security reads the caller."""
    return settings_of(
        {
            "kith.caller": str(caller.person or ""),
            "kith.hat": caller.hat,
            "kith.system": caller.id if caller.system else "",
            "kith.acting_for": str(caller.acting_for or ""),
            "kith.now": now.isoformat(),
        }
    )


def refusal_for_database_error(error: Exception) -> Unavailable | None:
    """The refusal for a database that is unreachable, full, damaged or too slow; None when the error is a bug of ours."""
    if isinstance(error, PoolTimeoutError):
        return Unavailable("TOOK_TOO_LONG")
    # While connecting, the driver's own errors arrive unwrapped: a server in recovery refuses connections.
    driver_error = getattr(error, "orig", None) or error
    code = getattr(driver_error, "sqlstate", None) or ""
    for length in range(len(code), 1, -1):
        if reason := _REASONS_BY_SQLSTATE.get(code[:length]):
            return Unavailable(reason)
    if isinstance(driver_error, ValueError) or isinstance(getattr(driver_error, "__cause__", None), ValueError):
        # The driver could not encode the value: our bug, though it arrives as a connection error.
        return None
    # Errors without a code are the client's: the connection broke in the middle of something, or was never made.
    is_unreachable = isinstance(
        error,
        (
            InterfaceError,
            OperationalError,
            PendingRollbackError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            OSError,
            EOFError,
        ),
    )
    invalidated = isinstance(error, DBAPIError) and error.connection_invalidated
    return Unavailable("DATABASE_AWAY") if is_unreachable or invalidated else None
