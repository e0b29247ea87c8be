"""NATS with JetStream on the data folder: started, taken over, watched and stopped.

It listens on the loopback address alone, under a user and a password. Its port is chosen once, below the range the kernel gives
to outgoing connections (so that nobody takes it while the server is away for a moment), and written down: clients come back to
the same address after a restart of the server, and usually after one of Kith.
"""

import asyncio
import json
import random
import signal
import socket
from contextlib import suppress
from pathlib import Path

from libs.host.backing.addresses import NatsAt
from libs.host.backing.child import Child, last_words, left_running
from libs.host.backing.greeting import NatsGreetingError, greet
from libs.host.backing.hands import Hands
from libs.host.backing.notices import Event, Notice, Told
from libs.host.backing.providers import choose_nats, nats_on_offer
from libs.host.backing.refused import CannotStart
from libs.host.backing.running import command_of, program_replaced
from libs.host.backing.settings import BackingSettings
from libs.host.backing.watch import keep

USER = "kith"
HOST = "127.0.0.1"
PORTS = range(20000, 32000)
START_WITHIN = 60.0
STOP = ((signal.SIGTERM, 10.0),)
TRIES = 5


class Nats:
    """The NATS server of one data folder, whose lock the caller holds."""

    def __init__(self, hands: Hands, settings: BackingSettings, told: Told) -> None:
        self._hands = hands
        self._folder = hands.folder
        self._settings = settings
        self._told = told
        self._argv: list[str] = []
        self._port = 0
        self._child: Child | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> NatsAt:
        """Bring the server up; raises CannotStart."""
        program = choose_nats(await asyncio.to_thread(nats_on_offer, self._settings.provider))
        self._hands.keep(self._folder.nats)
        self._hands = self._hands.reaching(program.path, self._folder.nats)
        self._argv = [str(program.path), "-c", str(self._configuration)]
        self._child = await self._adopt() or await self._begin_somewhere()
        self._watch = asyncio.create_task(keep("nats", self._child, self._begin, self._told), name="watch nats")
        return NatsAt((f"nats://{HOST}:{self._port}",), USER, self._settings.nats_password, program.origin)

    async def stop(self) -> None:
        """Stop the server within about 10 s; without a server, do nothing."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        if self._child is not None:
            await self._child.stop(*STOP)
            self._child = None

    @property
    def pid(self) -> int | None:
        """The server's process id, None when it is not running."""
        return self._child.pid if self._child is not None and self._child.alive else None

    @property
    def _configuration(self) -> Path:
        return self._folder.nats / "nats.conf"

    @property
    def _name(self) -> str:
        return f"kith-{self._folder.mark}"

    async def _adopt(self) -> Child | None:
        """Take over the server that a killed Kith left, if it is exactly the one to be started; otherwise make sure it is gone."""
        found = await left_running(self._is_ours)
        self._port = recorded_port(self._folder.nats) or 0
        if len(found) == 1 and self._port:
            (child,) = found
            same = command_of(child.pid) == tuple(self._argv) and not program_replaced(child.pid) and self._written() == self._wanted()
            with suppress(OSError, TimeoutError, NatsGreetingError):
                if same and await greet(HOST, self._port, USER, self._settings.nats_password) == self._name:
                    await self._told(Notice("nats", Event.ADOPTED, f"NATS was still running as process {child.pid}; it is taken over."))
                    return child
        if await self._end():
            await self._told(Notice("nats", Event.ORPHAN_STOPPED, "A NATS left by an earlier start could not be used; it was stopped."))
        return None

    async def _begin_somewhere(self) -> Child:
        for _ in range(TRIES):
            if not self._port or not free(self._port):
                self._port = free_port()
            self._hands.write(self._configuration, self._wanted())
            with suppress(PortTakenError):
                child = await self._begin()
                self._hands.write(self._folder.nats / "port", f"{self._port}\n")
                return child
            self._port = 0
        message = f"No free port was found for NATS between {PORTS.start} and {PORTS.stop}."
        raise CannotStart(message)

    async def _begin(self) -> Child:
        await self._end()
        child = self._hands.begin("nats", self._argv)
        self._child = child
        deadline = asyncio.get_running_loop().time() + START_WITHIN
        while True:
            if not child.alive:
                words = last_words(self._hands.log("nats"))
                if "address already in use" in words:
                    message = f"port {self._port} is taken by another program"
                    raise PortTakenError(message)
                message = f"NATS did not start on {self._folder.nats}: {words}"
                raise CannotStart(message)
            with suppress(OSError, TimeoutError, NatsGreetingError):
                if await greet(HOST, self._port, USER, self._settings.nats_password) == self._name:
                    return child
            if asyncio.get_running_loop().time() > deadline:
                await child.stop(*STOP)
                message = f"NATS on {self._folder.nats} was not ready within {START_WITHIN:.0f} s."
                raise CannotStart(message)
            await asyncio.sleep(0.01)

    def _is_ours(self, argv: tuple[str, ...]) -> bool:
        return argv[1:] == ("-c", str(self._configuration))

    async def _end(self) -> bool:
        found = await left_running(self._is_ours)
        await asyncio.gather(*(child.stop(*STOP) for child in found))
        return bool(found)

    def _wanted(self) -> str:
        return configuration(self._name, self._port, self._settings.nats_password, self._folder.nats)

    def _written(self) -> str:
        try:
            return self._configuration.read_text()
        except OSError:
            return ""


class PortTakenError(Exception):
    """Another program listens on the port."""


def configuration(name: str, port: int, password: str, store: Path) -> str:
    """Return the server's configuration file.

    JetStream carries facts and may lose the last of them in a power cut, because the outbox is the truth; so it syncs as it likes.
    """
    return f"""\
server_name: {json.dumps(name)}
listen: "{HOST}:{port}"
authorization {{ user: {json.dumps(USER)}, password: {json.dumps(password)}, timeout: 5 }}
jetstream {{ store_dir: {json.dumps(str(store), ensure_ascii=False)}, max_memory_store: 32MB, max_file_store: 8GB }}
max_payload: 1MB
max_connections: 256
logtime_utc: true
"""


def recorded_port(store: Path) -> int | None:
    """Return the port the server had last, None when it never had one."""
    try:
        port = int((store / "port").read_text().strip())
    except (OSError, ValueError):
        return None
    return port if port in PORTS else None


def free(port: int) -> bool:
    """Say whether a port of the loopback address can be listened on now."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that is free now; raises CannotStart when a hundred guesses were all taken."""
    for _ in range(100):
        port = random.choice(PORTS)  # noqa: S311 -- a port is no secret
        if free(port):
            return port
    message = f"No free port was found for NATS between {PORTS.start} and {PORTS.stop}."
    raise CannotStart(message)
