"""Wakes what works in the background of one service: its relay, its jobs, its consumers. Nothing of it polls.

Within a process a commit wakes by an `asyncio.Event`. Processes of the same service wake each other with NOTIFY, sent after the commit:
inside the transaction it would make commits wait for each other. `listen` hears what others send.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

CHANNEL = "kith"
_LONG_SECONDS = 20.0
EVENTS = "events"
"""Events were committed: they are to be published, and jobs may be due."""
READS = "reads"
"""Reads of people's records were recorded: they are to be sealed (`libs/access/audit_sealing.py`)."""
POSITION = "position"
"""An operator moved a position, or ordered an event to be skipped: consumers read theirs again."""


class Wakeups:
    """What sleeps waits on an event of its own, made by `subscribed`."""

    def __init__(self) -> None:
        self._sleepers: list[tuple[tuple[str, ...], asyncio.Event]] = []

    @contextmanager
    def subscribed(self, *topics: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of these topics wakes. Its owner clears it before it looks at the database."""
        event = asyncio.Event()
        sleeper = (topics, event)
        self._sleepers.append(sleeper)
        try:
            yield event
        finally:
            self._sleepers.remove(sleeper)

    def wake(self, topic: str) -> None:
        for topics, event in self._sleepers:
            if topic in topics:
                event.set()

    def wake_all(self) -> None:
        """Something may have been missed, or the clock was moved."""
        for _, event in self._sleepers:
            event.set()

    async def listen(self, connection: asyncpg.Connection) -> None:
        """Hears other processes on this connection, until it is closed."""
        await connection.add_listener(CHANNEL, lambda *message: self.wake(message[-1]))
        self.wake_all()


async def wait_for_event(event: asyncio.Event, seconds: float) -> bool:
    """Whether it was set within so long. A long wait ends up to a tenth early: what began to sleep together does not wake together."""
    if seconds >= _LONG_SECONDS:
        seconds *= random.uniform(0.9, 1.0)  # noqa: S311 - no secret
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
