"""Closes the connections that a service has stopped using: each costs PostgreSQL about 2 MB, and an idle service needs one."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from libs.database.engine import Database
from libs.observe.logs import logger

LOG = logger("idle_connections")
INTERVAL_SECONDS = 90.0
"""Longer than the slowest safety net: what looks once a minute must not make a new connection each time."""
KEPT = 1


async def close_idle_connections(database: Database) -> None:
    """Runs until cancelled. After each interval it closes as many connections as were not in use at once at any moment of it."""
    pool = database.engine.pool
    if not isinstance(pool, QueuePool):
        return
    most_used = 0

    def count(*_: object) -> None:
        nonlocal most_used
        most_used = max(most_used, pool.checkedout())

    event.listen(pool, "checkout", count)
    try:
        while True:
            most_used = pool.checkedout()
            await asyncio.sleep(INTERVAL_SECONDS)
            spare = pool.checkedin() + pool.checkedout() - max(most_used, KEPT)
            await _close(database, min(spare, pool.checkedin()))
    finally:
        event.remove(pool, "checkout", count)


async def _close(database: Database, number: int) -> None:
    """Takes so many connections out of the pool, all before it closes the first, so that none is taken twice."""
    try:
        async with AsyncExitStack() as stack:
            for connection in [await stack.enter_async_context(database.engine.connect()) for _ in range(number)]:
                await connection.invalidate()
    except Exception as error:  # noqa: BLE001 - a database that is away has closed them itself
        LOG.info("not_closed", error=type(error).__name__)
