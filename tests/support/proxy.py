"""A bad line: a TCP proxy that passes bytes on until it is told to delay, to swallow, to cut or to lie still.

async with a_bad_line("127.0.0.1", 4222) as line:
    line.still = True   # half open: both ends believe in the connection, and nothing arrives
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from libs.host.backing.nats import free_port

_CHUNK = 16 * 1024


class BadLine:
    """Listens on a port of its own and connects on to one server."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._moves = asyncio.Event()
        self._moves.set()
        self.port = 0
        self.delay = 0.0
        """Seconds that every chunk waits."""
        self.closed = False
        """Nobody new is let in; who comes is cut off at once."""
        self.answer_delay = 0.0
        """Seconds more that every chunk of what the far side says waits."""
        self.connections = 0

    async def start(self) -> None:
        self.port = free_port()
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    @property
    def still(self) -> bool:
        """Half open: connections stand, and no byte passes in either direction."""
        return not self._moves.is_set()

    @still.setter
    def still(self, still: bool) -> None:
        (self._moves.clear if still else self._moves.set)()

    def _is_closed(self) -> bool:
        return self.closed

    def cut(self) -> int:
        """Breaks every connection off, in the middle of whatever it carries. Says how many ends there were."""
        ends = len(self._ends)
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()
        return ends

    async def stop(self) -> None:
        # Whoever was let in a moment ago is carried some turns of the loop later, and only then known here.
        self.closed = True
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)
        if self.closed:
            near_out.transport.abort()
            return
        try:
            far_in, far_out = await asyncio.open_connection(self._host, self._port)
        except (OSError, asyncio.CancelledError):
            near_out.transport.abort()
            return
        self._ends |= {near_out, far_out}
        if self._is_closed():
            # It was while we called on: nothing goes through any more.
            self.cut()
        self.connections += 1
        try:
            # asyncio asks a task it made for a connection what ended it, and stumbles over one that was cancelled.
            with suppress(asyncio.CancelledError):
                await asyncio.gather(self._pass(near_in, far_out), self._pass(far_in, near_out, back=True))
        finally:
            for end in (near_out, far_out):
                self._ends.discard(end)
                end.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, back: bool = False) -> None:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                if wait := self.delay + (self.answer_delay if back else 0.0):
                    await asyncio.sleep(wait)
                await self._moves.wait()
                sink.write(data)
                await sink.drain()
        # One end is gone: so is the other, whatever it still wanted to say.
        sink.transport.abort()


@asynccontextmanager
async def a_bad_line(host: str, port: int) -> AsyncIterator[BadLine]:
    line = BadLine(host, port)
    await line.start()
    try:
        yield line
    finally:
        await line.stop()


async def cut_now_and_then(line: BadLine, over: asyncio.Event, chance: random.Random, most: float = 0.5) -> int:
    """Breaks the line off at random moments, until it is over. Says how often."""
    times = 0
    while not over.is_set():
        await asyncio.sleep(chance.uniform(0.05, most))
        times += line.cut() > 0
    return times
