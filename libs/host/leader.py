"""One active relay and one runner of jobs for each service, however many processes run it.

The leader holds a PostgreSQL advisory lock on a connection of its own. When the connection goes, so does the lock, and whatever it allowed
is cancelled before another process can hold it.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy.engine import make_url

from libs.database.engine import Database
from libs.database.wakeups import wait
from libs.observe.logs import logger

LOG = logger("leader")
LOCK = 0x6B697468  # "kith"
TRY_EVERY = 1.0


async def lead(name: str, database: Database, work: Callable[[], Awaitable[None]]) -> None:
    """Runs `work` whenever and as long as this process is the leader, and hears the service's other processes. Until cancelled."""
    while True:
        try:
            connection = await connect(database.url)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            await asyncio.sleep(TRY_EVERY)
            continue
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _, lost=lost: lost.set())
        try:
            await database.wakeups.listen(connection)
            while not lost.is_set():
                if await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
                    database.leads = True
                    await _until(lost, work)
                    LOG.warning("lead_lost", service=name)
                    break
                await wait(lost, TRY_EVERY)
        except Exception as error:  # noqa: BLE001 - whatever ended it, somebody has to try to lead again
            LOG.warning("lead_interrupted", service=name, error=type(error).__name__)
        finally:
            database.leads = False
            connection.terminate()
        await asyncio.sleep(TRY_EVERY)


async def connect(url: str) -> asyncpg.Connection:
    """A plain connection for a SQLAlchemy URL."""
    parts = make_url(url)
    host = parts.query.get("host") or parts.host
    port = parts.query.get("port") or parts.port or 5432
    return await asyncpg.connect(
        host=host, port=int(str(port)), user=parts.username, password=parts.password, database=parts.database, timeout=5
    )


async def _until(lost: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
    running = asyncio.ensure_future(work())
    watching = asyncio.ensure_future(lost.wait())
    try:
        await asyncio.wait((running, watching), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        for task in (running, watching):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
