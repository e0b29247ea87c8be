"""One service's own database: its pool, and the two ways to open work on it."""

import contextlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import asyncpg
import uuid_utils.compat
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from libs.callers import Caller
from libs.database import wakeups
from libs.database.wakeups import Wakeups
from libs.refusals import Elsewhere

# Row-level security reads who is asking from here; it is the first statement of every transaction and ends with it.
_WHO = text("""
select set_config('kith.caller', :person, true), set_config('kith.hat', :hat, true), set_config('kith.system', :system, true)""")

_NOTIFY = text("select pg_notify(:channel, :topic)")

FULL_DISK = "53100"
OUT_OF_RESOURCES = "53"
SHUTTING_DOWN = "57P"
STATEMENT_TIMED_OUT = "57014"
_REASONS = {FULL_DISK: "DISK_FULL", STATEMENT_TIMED_OUT: "TOOK_TOO_LONG"}


class Work:
    """One transaction of one intention: everything a command may use of the world.

    Commands never commit; the edge that opened the work does, when the command returns without a refusal.
    """

    def __init__(self, connection: AsyncConnection, caller: Caller, now: datetime, cause: str, traceparent: str = "") -> None:
        self.connection = connection
        self.caller = caller
        self.now = now
        self.cause = cause
        """The request_id, or the id of the fact reacted to."""
        self.traceparent = traceparent
        self.stated = False
        """Whether a fact was stated in it: then the relay is told when it is committed."""

    def new_id(self) -> uuid.UUID:
        """A UUIDv7."""
        return new_id()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """What the block wrote is taken back when it raises, and the rest of the work goes on: for what is judged and not obeyed."""
        async with self.connection.begin_nested():
            yield


def new_id() -> uuid.UUID:
    """A UUIDv7: ordered by time, so that indexes stay small. Never for anything that must not be guessed."""
    return uuid_utils.compat.uuid7()


class Database:
    """The pool of one service's database under its run-time role."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_timeout=10,
            # The server watches the time of statements: cheaper than a timer of ours for each.
            connect_args={"timeout": 5, "server_settings": {"statement_timeout": "30000", "idle_in_transaction_session_timeout": "60000"}},
        )
        self.wakeups = Wakeups()
        self.leads = False
        """Whether the relay and the jobs of this database run in this process; another one must be told of events by NOTIFY."""

    @asynccontextmanager
    async def work(self, caller: Caller, now: datetime, cause: str = "", traceparent: str = "") -> AsyncIterator[Work]:
        """A transaction, committed when the block ends well and rolled back when it raises."""
        async with self._transaction() as connection:
            await connection.execute(_WHO, _who(caller))
            work = Work(connection, caller, now, cause, traceparent)
            yield work
        if work.stated:
            self.wakeups.wake(wakeups.EVENTS)
            if not self.leads:
                await self._notify()

    @asynccontextmanager
    async def reading(self, caller: Caller, now: datetime) -> AsyncIterator[Work]:
        """The same for a query, which states nothing."""
        async with self._transaction() as connection:
            await connection.execute(_WHO, _who(caller))
            yield Work(connection, caller, now, "")

    async def _notify(self) -> None:
        """Tells the process that leads. The events are committed: if it cannot be told now, it finds them at its next look."""
        with contextlib.suppress(DBAPIError, asyncpg.PostgresError, OSError, TimeoutError):
            async with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                await connection.execute(_NOTIFY, {"channel": wakeups.CHANNEL, "topic": wakeups.EVENTS})

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self.engine.begin() as connection:
                yield connection
        except (DBAPIError, asyncpg.PostgresError, OSError, TimeoutError) as error:
            refusal = unreachable(error)
            if refusal is None:
                raise
            raise refusal from error


def _who(caller: Caller) -> dict[str, str]:
    return {"person": str(caller.person or ""), "hat": caller.hat, "system": caller.id if caller.system else ""}


def unreachable(error: Exception) -> Elsewhere | None:
    """The refusal for a database that is away, full or too slow; None when the error is our own mistake."""
    # While a connection is made, the driver's own errors come as they are: a server in recovery lets nobody in yet.
    orig = getattr(error, "orig", error)
    code = getattr(orig, "sqlstate", None) or ""
    if code in _REASONS:
        return Elsewhere(_REASONS[code])
    if isinstance(getattr(orig, "__cause__", None), ValueError):
        # The driver could not even write the value down: our mistake, though it comes as an error of the connection.
        return None
    away = code.startswith((OUT_OF_RESOURCES, SHUTTING_DOWN, "08")) or isinstance(
        error, (InterfaceError, OperationalError, OSError, TimeoutError)
    )
    invalidated = isinstance(error, DBAPIError) and error.connection_invalidated
    return Elsewhere("DATABASE_AWAY") if away or invalidated else None
