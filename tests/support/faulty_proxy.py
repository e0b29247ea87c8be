"""A TCP proxy that simulates network faults: delays, broken and half-open connections.

async with faulty_proxy("127.0.0.1", 4222) as proxy:
    proxy.stalled = True  # half open: both ends believe in the connection, but nothing arrives
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from libs.host.backing.nats_server import find_free_port

_CHUNK = 16 * 1024


class FaultyProxy:
    """Listens on its own port and forwards to one server."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._connection_tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.port = 0
        self.delay = 0.0
        """Delay of every chunk, in seconds."""
        self.closed = False
        """New connections are closed immediately."""
        self.response_delay = 0.0
        """Additional delay of every chunk from the server, in seconds."""
        self.connections = 0

    async def start(self) -> None:
        self.port = find_free_port()
        self._server = await asyncio.start_server(self._handle_connection, "127.0.0.1", self.port)

    @property
    def stalled(self) -> bool:
        """Half open: connections stay up, but no byte passes in either direction."""
        return not self._flowing.is_set()

    @stalled.setter
    def stalled(self, still: bool) -> None:
        (self._flowing.clear if still else self._flowing.set)()

    def _is_closed_now(self) -> bool:
        return self.closed

    def cut_connections(self) -> int:
        """Aborts every connection, even in the middle of a message. Returns the number of aborted sockets."""
        ends = len(self._ends)
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()
        return ends

    async def stop(self) -> None:
        # A connection accepted a moment ago starts its handler some event loop turns later and is only then known here.
        self.closed = True
        if self._server is not None:
            self._server.close()
        self.cut_connections()
        for task in self._connection_tasks:
            task.cancel()
        await asyncio.gather(*self._connection_tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _handle_connection(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connection_tasks.add(task)
            task.add_done_callback(self._connection_tasks.discard)
        if self.closed:
            near_out.transport.abort()
            return
        try:
            far_in, far_out = await asyncio.open_connection(self._host, self._port)
        except (OSError, asyncio.CancelledError):
            near_out.transport.abort()
            return
        self._ends |= {near_out, far_out}
        if self._is_closed_now():
            # It was closed while we connected: nothing may pass any more.
            self.cut_connections()
        self.connections += 1
        try:
            # asyncio reads the exception of a connection's task and fails if the task was cancelled.
            with suppress(asyncio.CancelledError):
                await asyncio.gather(self._forward(near_in, far_out), self._forward(far_in, near_out, back=True))
        finally:
            for end in (near_out, far_out):
                self._ends.discard(end)
                end.transport.abort()

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, back: bool = False) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if wait := self.delay + (self.response_delay if back else 0.0):
                    await asyncio.sleep(wait)
                await self._flowing.wait()
                sink.write(data)
                await sink.drain()
        # One end is gone, so close the other too, even with data still to send.
        sink.transport.abort()


@asynccontextmanager
async def faulty_proxy(host: str, port: int) -> AsyncIterator[FaultyProxy]:
    line = FaultyProxy(host, port)
    await line.start()
    try:
        yield line
    finally:
        await line.stop()


async def cut_connections_at_random(line: FaultyProxy, over: asyncio.Event, chance: random.Random, most: float = 0.5) -> int:
    """Cuts all connections at random moments until `over` is set. Returns how often."""
    times = 0
    while not over.is_set():
        await asyncio.sleep(chance.uniform(0.05, most))
        times += line.cut_connections() > 0
    return times
