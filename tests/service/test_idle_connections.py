"""A service that was busy gives its connections back to PostgreSQL, and goes on with the one that is left."""

import asyncio
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from libs import callers
from libs.database import idle_connections
from libs.database.engine import Database
from tests.support.running_co_op import Infrastructure

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BUSY = 5
COUNT = text("select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'")
"""PostgreSQL's own workers look at the database, too."""


async def test_idle_connections_are_closed_and_those_in_use_are_not(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_connections, "INTERVAL_SECONDS", 0.1)
    async with infrastructure.databases.fresh_outbox_database("governance") as place:
        database = Database(place.owner_url, pool_size=BUSY + 1)
        closing = asyncio.create_task(idle_connections.close_idle_connections(database))
        async with AsyncExitStack() as stack:
            works = [await stack.enter_async_context(database.query_work(callers.job("tests"), NOW)) for _ in range(BUSY)]
            await asyncio.sleep(0.3)
            assert [(await work.connection.execute(COUNT)).scalar_one() for work in works] == [BUSY] * BUSY

        async with asyncio.timeout(60):
            while await _count(database) > 1:
                await asyncio.sleep(0.05)
        closing.cancel()
        with suppress(asyncio.CancelledError):
            await closing
        await database.close()


async def _count(database: Database) -> int:
    async with database.query_work(callers.job("tests"), NOW) as work:
        return int((await work.connection.execute(COUNT)).scalar_one())
