"""A NATS server of a test's own, to be stopped, killed, robbed of its store and started again."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from libs.host.backing.greeting import NatsGreetingError, greet
from libs.host.backing.nats import HOST, configuration, free_port
from libs.host.backing.providers import choose_nats, nats_on_offer
from tests.support import places

USER, PASSWORD, NAME = "kith", "tests-password-16", "kith-tests"


class OwnNats:
    """One server on one port."""

    def __init__(self, place: Path) -> None:
        self._program = choose_nats(nats_on_offer("any")).path
        self._place = place
        self._port = free_port()
        self.store = place / "store"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://{HOST}:{self._port}"

    async def start(self) -> None:
        """Until it answers."""
        file = self._place / "nats.conf"
        file.write_text(configuration(NAME, self._port, PASSWORD, self.store))
        self._child = subprocess.Popen([self._program, "-c", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220 - it outlives the call
        async with asyncio.timeout(10):
            while True:
                try:
                    await greet(HOST, self._port, USER, PASSWORD)
                except (OSError, NatsGreetingError):
                    await asyncio.sleep(0.02)
                else:
                    return

    async def stop(self, how: int = signal.SIGTERM) -> None:
        if self._child is not None:
            self._child.send_signal(how)
            await asyncio.to_thread(self._child.wait, 10)
            self._child = None

    def lose_the_store(self) -> None:
        shutil.rmtree(self.store)


@asynccontextmanager
async def own_nats() -> AsyncIterator[OwnNats]:
    place = places.place("kt-nats-")
    server = OwnNats(place)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(signal.SIGKILL)
        shutil.rmtree(place, ignore_errors=True)
