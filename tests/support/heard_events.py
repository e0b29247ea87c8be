"""Whether every service of a running co-op has heard what the others have published, read from their databases.

A person who opens a page a moment after somebody else did something may come before the event does. People look again; a test waits.
"""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from libs.database.bootstrap import DatabaseRoles
from scripts.cli.lock_owner import load_co_op
from scripts.cli.service_databases import administrator_url
from services.database_setup import ServiceDatabase
from services.topology import SERVICE_NAMES
from tests.support.waiting import wait_until

_POSITIONS = "select source, n from position"
_PUBLISHED = "select count(*) from outbox"


class HeardEvents:
    """Of one co-op. It has a thread and an event loop of its own: Playwright's loop is busy with the browser."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connections: dict[str, asyncpg.Connection] = {}

    def wait(self) -> None:
        """Returns when every service has heard all there is. Raises AssertionError if that never happens."""
        self._run(wait_until(self._have_heard, "a service never heard what another published"))

    def close(self) -> None:
        self._run(self._disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, coroutine: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _have_heard(self) -> bool:
        published: dict[str, int] = {}
        for service in SERVICE_NAMES:
            published[service] = await (await self._connection(service)).fetchval(_PUBLISHED)
        for service in SERVICE_NAMES:
            rows = await (await self._connection(service)).fetch(_POSITIONS)
            if any(row["n"] < published.get(row["source"], 0) for row in rows):
                return False
        return True

    async def _connection(self, service: str) -> asyncpg.Connection:
        if service not in self._connections:
            co_op, _ = load_co_op(self._folder)
            passwords = co_op.keys.passwords
            roles = DatabaseRoles(service, passwords[service, "owner"], passwords[service, "run"])
            url = make_url(ServiceDatabase(roles, administrator_url(co_op)).owner_url).set(drivername="postgresql")
            self._connections[service] = await asyncpg.connect(url.render_as_string(hide_password=False))
        return self._connections[service]

    async def _disconnect(self) -> None:
        for connection in self._connections.values():
            await connection.close()
