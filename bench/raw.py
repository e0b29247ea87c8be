"""The raw reference of a call: a bare gRPC server whose handler sends the very same statements over asyncpg, in one transaction.

The statements and their values are not written down here: they are taken from one real call, so that the reference never drifts away from
what it is compared with. Only ids are fresh in every repetition, as they are in ours.
"""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import grpc
from sqlalchemy import event
from sqlalchemy.engine import make_url

from libs.database.engine import Database, new_id
from libs.rpc.client import channel

Value = object
CONNECTIONS = 12
"""As many as the service it stands beside may open."""


@dataclass(frozen=True)
class Call:
    """What one call of a person sent to the database, and the size of its answer."""

    statements: Sequence[tuple[str, tuple[Value, ...]]]
    person: UUID
    kept: frozenset[UUID]
    """Ids that are the same in every call, such as the motion's."""
    request_id: str
    answer: bytes

    def of(self, person: UUID, request_id: str) -> Iterator[tuple[str, list[Value]]]:
        """The same for somebody else: their id for the first person's, and fresh ones for those made on the way."""
        fresh: dict[Value, Value] = {self.person: person, str(self.person): str(person), self.request_id: request_id}
        for sql, values in self.statements:
            changed: list[Value] = []
            for value in values:
                if isinstance(value, list):
                    changed.append([fresh.get(one, one) for one in value])
                    continue
                if isinstance(value, UUID) and value not in self.kept and value not in fresh:
                    fresh[value] = new_id()
                changed.append(fresh.get(value, value))
            yield sql, changed


@contextmanager
def heard(database: Database) -> Iterator[list[tuple[str, tuple[Value, ...]]]]:
    """Every statement sent meanwhile; a batch counts as its rows."""
    found: list[tuple[str, tuple[Value, ...]]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - as SQLAlchemy calls it
        found.extend((statement, tuple(row)) for row in (parameters if many else [parameters]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", hear)


class Echo:
    """A stub on the bare server: `await echo.call(name, person)`."""

    def __init__(self, way: grpc.aio.Channel) -> None:
        self._way = way
        self._methods: dict[str, Any] = {}
        self._count = itertools.count()

    async def call(self, name: str, person: UUID) -> bytes:
        if name not in self._methods:
            self._methods[name] = self._way.unary_unary(f"/raw/{name}")
        answer: bytes = await self._methods[name](person.bytes + b"r%d" % next(self._count), timeout=10)
        return answer


@asynccontextmanager
async def beside(address: str, calls: Mapping[str, tuple[Call, str]]) -> AsyncIterator[Echo]:
    """The server at a Unix socket: for each name what to repeat, and the URL of the database to repeat it on."""
    pools: dict[str, asyncpg.Pool] = {}
    for _, url in calls.values():
        if url not in pools:
            pools[url] = await _pool(url)
    server, way = grpc.aio.server(), channel(address)
    handlers = {name: grpc.unary_unary_rpc_method_handler(_handler(call, pools[url])) for name, (call, url) in calls.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("raw", handlers),))
    server.add_insecure_port(address)
    await server.start()
    try:
        yield Echo(way)
    finally:
        await way.close()
        await server.stop(0)
        for pool in pools.values():
            await pool.close()


def _handler(call: Call, pool: asyncpg.Pool) -> Any:
    async def answer(request: bytes, _: Any) -> bytes:
        async with pool.acquire() as connection, connection.transaction():
            for sql, values in call.of(UUID(bytes=request[:16]), request[16:].decode()):
                await connection.fetch(sql, *values)
        return call.answer

    return answer


async def _pool(url: str) -> asyncpg.Pool:
    parts = make_url(url)
    host = parts.query.get("host") or parts.host
    port = parts.query.get("port") or parts.port
    return await asyncpg.create_pool(
        host=host,
        port=int(str(port)),
        user=parts.username,
        password=parts.password,
        database=parts.database,
        min_size=CONNECTIONS,
        max_size=CONNECTIONS,
        # Without this the pool would send a statement of its own after each call.
        reset=_as_it_is,
    )


async def _as_it_is(_: object) -> None:
    """Nothing to put back: settings are the transaction's."""
