"""Leader election: one active relay and one job runner for each service, however many processes run it.

The leader holds a PostgreSQL advisory lock on a connection of its own. When the connection ends, so does the lock, and the leader's work
is cancelled before another process can take it.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from sqlalchemy.engine import make_url

from libs.database.engine import DATABASE_ERRORS, Database
from libs.database.wakeups import wait_for_event
from libs.messages.cancellation import cancel_until_done, raise_if_cancelled
from libs.observe.logs import logger

LOG = logger("leader")
ADVISORY_LOCK = 0x6B697468  # "kith"
RETRY_SECONDS = 1.0


async def run_as_leader(name: str, database: Database, work: Callable[[], Awaitable[None]]) -> None:
    """Runs `work` whenever this process is the leader, and receives the wake-ups of the service's other processes. Until cancelled."""
    while True:
        raise_if_cancelled()
        try:
            connection = await connect(database.url)
        except DATABASE_ERRORS:
            await asyncio.sleep(RETRY_SECONDS)
            continue
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _, lost=lost: lost.set())
        try:
            await database.wakeups.listen(connection)
            while not lost.is_set():
                if await connection.fetchval("select pg_try_advisory_lock($1)", ADVISORY_LOCK):
                    database.leads = True
                    await _run_until_lock_lost(lost, work)
                    LOG.warning("lead_lost", service=name)
                    break
                await wait_for_event(lost, RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever ended it, this process must try to lead again
            LOG.warning("lead_interrupted", service=name, error=type(error).__name__)
        finally:
            database.leads = False
            connection.terminate()
        await asyncio.sleep(RETRY_SECONDS)


async def connect(url: str) -> asyncpg.Connection:
    """Opens a plain asyncpg connection for a SQLAlchemy URL."""
    parts = make_url(url)
    host = parts.query.get("host") or parts.host
    port = parts.query.get("port") or parts.port or 5432
    return await asyncpg.connect(
        host=host, port=int(str(port)), user=parts.username, password=parts.password, database=parts.database, timeout=5
    )


async def _run_until_lock_lost(lost: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
    running = asyncio.ensure_future(work())
    lock_lost = asyncio.ensure_future(lost.wait())
    try:
        await asyncio.wait((running, lock_lost), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        await cancel_until_done(running, lock_lost)
