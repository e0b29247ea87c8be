"""The raw reference for a call: a bare gRPC server whose handler sends the same statements over asyncpg, in one transaction.

The statements and their values are not written here: they are recorded from one real call, so that the reference stays true to what it is
compared with. As in Kith, only ids differ in every repetition.
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
from libs.rpc.client import open_channel

Value = object
CONNECTIONS = 12
"""As many as the service it is compared with may open."""


@dataclass(frozen=True)
class RecordedCall:
    """The statements one call of a person sent to the database, and its response."""

    statements: Sequence[tuple[str, tuple[Value, ...]]]
    person: UUID
    fixed_ids: frozenset[UUID]
    """Ids that are the same in every call, such as the motion's."""
    request_id: str
    response: bytes

    def statements_for(self, person: UUID, request_id: str) -> Iterator[tuple[str, list[Value]]]:
        """The same statements for another person: their id replaces the recorded one; ids made during the call are fresh."""
        fresh: dict[Value, Value] = {self.person: person, str(self.person): str(person), self.request_id: request_id}
        for sql, values in self.statements:
            replaced: list[Value] = []
            for value in values:
                if isinstance(value, list):
                    replaced.append([fresh.get(item, item) for item in value])
                    continue
                if isinstance(value, UUID) and value not in self.fixed_ids and value not in fresh:
                    fresh[value] = new_id()
                replaced.append(fresh.get(value, value))
            yield sql, replaced


@contextmanager
def record_statements(database: Database) -> Iterator[list[tuple[str, tuple[Value, ...]]]]:
    """Records every statement sent while the context is open; a batch counts as its rows."""
    recorded: list[tuple[str, tuple[Value, ...]]] = []

    def record(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001 - as SQLAlchemy calls it
        recorded.extend((statement, tuple(row)) for row in (parameters if many else [parameters]))

    event.listen(database.engine.sync_engine, "before_cursor_execute", record)
    try:
        yield recorded
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", record)


class RawStub:
    """A stub of the bare server: `await stub.call(name, person)`."""

    def __init__(self, grpc_channel: grpc.aio.Channel) -> None:
        self._channel = grpc_channel
        self._methods: dict[str, Any] = {}
        self._count = itertools.count()

    async def call(self, name: str, person: UUID) -> bytes:
        if name not in self._methods:
            self._methods[name] = self._channel.unary_unary(f"/raw/{name}")
        response: bytes = await self._methods[name](person.bytes + b"r%d" % next(self._count), timeout=10)
        return response


@asynccontextmanager
async def raw_server(address: str, calls: Mapping[str, tuple[RecordedCall, str]]) -> AsyncIterator[RawStub]:
    """Starts the server on a Unix socket; `calls` has, by name, the call to repeat and the URL of its database."""
    pools: dict[str, asyncpg.Pool] = {}
    for _, url in calls.values():
        if url not in pools:
            pools[url] = await _create_pool(url)
    server, grpc_channel = grpc.aio.server(), open_channel(address)
    handlers = {name: grpc.unary_unary_rpc_method_handler(_handler(call, pools[url])) for name, (call, url) in calls.items()}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("raw", handlers),))
    server.add_insecure_port(address)
    await server.start()
    try:
        yield RawStub(grpc_channel)
    finally:
        await grpc_channel.close()
        await server.stop(0)
        for pool in pools.values():
            await pool.close()


def _handler(call: RecordedCall, pool: asyncpg.Pool) -> Any:
    async def handle(request: bytes, _: Any) -> bytes:
        async with pool.acquire() as connection, connection.transaction():
            for sql, values in call.statements_for(UUID(bytes=request[:16]), request[16:].decode()):
                await connection.fetch(sql, *values)
        return call.response

    return handle


async def _create_pool(url: str) -> asyncpg.Pool:
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
        reset=_skip_reset,
    )


async def _skip_reset(_: object) -> None:
    """Does nothing: there is no session state to reset, settings belong to the transaction."""
