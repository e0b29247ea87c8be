"""One process of Kith: one service, or all of them.

Start: bus (not waited for), databases, servers, relays and jobs, consumers, edges, ready. Stop, in turn: edges, servers, jobs, the last
facts out, consumers, bus, databases. What it starts is listed here, top to bottom, and nowhere else.
"""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from kith.status.v1 import status_pb2_grpc
from libs.callers.tokens import TokenCheck
from libs.clock import Clock, Shifted, System
from libs.database import migrations, wakeups
from libs.database.engine import Database
from libs.host import jobs, leader
from libs.host.component import Build, Component, Door, House
from libs.host.operations import HttpServer, Pulse, application
from libs.host.settings import Service, Shared, with_password
from libs.host.status import OPEN_METHODS, Status
from libs.messages.bus import Bus, BusAddress
from libs.messages.consumer import Consumer
from libs.messages.relay import Relay
from libs.observe import traces
from libs.observe.logs import logger
from libs.rpc.desk import Desk
from libs.rpc.interceptor import Interceptor
from libs.rpc.server import Server
from libs.rpc.tls import Tls

LOG = logger("host")
MIGRATIONS_WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Part:
    """One service to run here: its settings, and how it is built from what the host gives."""

    settings: Service
    build: Build
    edges: frozenset[str] = frozenset()
    """Whose certificates may call it, where there are certificates."""


@dataclass
class _Running:
    component: Component
    database: Database
    server: Server
    status: Status
    relay: Relay
    consumers: list[Consumer]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class Process:
    """Starts the parts, runs until told to stop, stops them in order."""

    def __init__(self, shared: Shared, parts: Sequence[Part], name: str) -> None:
        self._shared = shared
        self._parts = parts
        self._name = name
        self.clock: Clock = Shifted(System()) if shared.clock_file else System()
        password = shared.nats_password.get_secret_value()
        if shared.nats_password_file:
            password = shared.nats_password_file.read_text(encoding="utf-8").strip()
        self._bus = Bus(BusAddress(shared.nats_url, shared.nats_user, password, shared.nats_ca_file), name)
        self._pulse = Pulse()
        self._running: list[_Running] = []
        self._edges: list[Door] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Until SIGTERM or SIGINT. `ready` is awaited once everything answers."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        try:
            await self.start()
            _settle()
            if ready is not None:
                await ready()
            await stop.wait()
            LOG.info("stopping")
        finally:
            await self.stop()

    async def start(self) -> None:
        traces.configure(
            endpoint=self._shared.traces_endpoint,
            file=self._shared.traces_file,
            sample=self._shared.traces_sample,
            co_op=self._shared.co_op,
        )
        self._spawn(self._pulse.run(), "pulse")
        if self._shared.clock_file:
            self._spawn(self._follow_clock_file(self._shared.clock_file), "clock")
        self._bus.start()
        tokens = TokenCheck(_public_key(self._shared.token_key_file))
        for part in self._parts:
            self._running.append(await self._start(part, tokens))
        operations = HttpServer(application(self._pulse, [one.status for one in self._running]), self._shared.operations_address)
        self._edges = [operations]
        self._edges += [HttpServer(one.component.page.app, one.component.page.address) for one in self._running if one.component.page]
        self._edges += [door for one in self._running for door in one.component.doors]
        for edge in self._edges:
            await edge.start()
        for one in self._running:
            await one.server.serving(now=True)
        LOG.info("ready", services=[one.component.name for one in self._running])

    async def stop(self) -> None:
        for one in self._running:
            one.status.stopping = True
        for edge in reversed(self._edges):
            await edge.stop()
        await asyncio.gather(*(one.server.stop() for one in self._running))
        for one in self._running:
            await self._last_facts_out(one)
            await _cancel(one.tasks)
        await _cancel(self._tasks)
        await self._bus.close()
        for one in self._running:
            if one.component.close:
                await one.component.close()
            await one.database.close()
        LOG.info("stopped")

    async def _start(self, part: Part, tokens: TokenCheck) -> _Running:
        url = with_password(part.settings.database_url, part.settings.database_password_file)
        database = Database(url, pool_size=part.settings.pool_size)
        house = House(database, self.clock, Desk(database, self.clock))
        component = part.build(house)
        await _await_tables(url, component)
        consumers = [Consumer(component.name, follow, database, self._bus, self.clock) for follow in component.reactions]
        house.consumers = {one.standing.source: one for one in consumers}
        status = Status(component.name, database, self._bus, self.clock, consumers)
        tls = Tls(self._shared.tls_folder, component.name) if self._shared.tls_folder else None
        open_methods = component.open_methods | OPEN_METHODS
        server = Server(component.name, Interceptor(component.name, tokens, self.clock, open_methods, part.edges if tls else None))
        component.register(server.grpc)
        status_pb2_grpc.add_StatusServiceServicer_to_server(status, server.grpc)
        await server.start(component.address, tls)
        running = _Running(component, database, server, status, Relay(component.name, database, self._bus), consumers)
        running.tasks = [
            asyncio.create_task(leader.lead(component.name, database, lambda: self._led(running)), name=f"{component.name}-leader"),
            *(asyncio.create_task(one.run(), name=f"{component.name}-from-{one.standing.source}") for one in consumers),
        ]
        for task in running.tasks:
            task.add_done_callback(_say_if_it_died)
        return running

    async def _led(self, running: _Running) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(running.relay.run())
            group.create_task(jobs.run(running.component.name, running.component.jobs, running.database, self.clock))
            for led in running.component.led:
                group.create_task(_until_cancelled(led))

    async def _last_facts_out(self, running: _Running) -> None:
        """Gives the relay a moment for what the last commands stated. What it does not manage goes out at the next start."""
        running.database.wakeups.wake(wakeups.EVENTS)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                while self._bus.connected and (await running.relay.number()).waiting:
                    await asyncio.sleep(0.02)

    async def _follow_clock_file(self, file: Path) -> None:
        """A demonstration's clock is moved by writing seconds into a file."""
        while isinstance(self.clock, Shifted):
            with contextlib.suppress(OSError, ValueError):
                by = timedelta(seconds=int(file.read_text(encoding="ascii")))
                if by != self.clock.by:
                    self.clock.by = by
                    # Whatever sleeps until a moment of the old time looks at the new one.
                    for running in self._running:
                        running.database.wakeups.wake_all()
            await asyncio.sleep(0.25)

    def _spawn(self, what: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(what, name=name)
        task.add_done_callback(_say_if_it_died)
        self._tasks.append(task)


async def _until_cancelled(led: Callable[[], Awaitable[None]]) -> None:
    await led()


def _settle() -> None:
    """What was loaded for the start stays: looked through at every full collection, it would hold everybody for 100 ms amid a vote."""
    gc.collect()
    gc.freeze()


async def _await_tables(url: str, component: Component) -> None:
    """Migrations are run by somebody with the owner's role; here we only wait until the tables are ours."""
    until = asyncio.get_running_loop().time() + MIGRATIONS_WAIT_SECONDS
    while True:
        try:
            connection = await leader.connect(url)
            try:
                if await migrations.at_head(connection, component.migrations):
                    return
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            LOG.info("database_waits", service=component.name, error=type(error).__name__)
        if asyncio.get_running_loop().time() > until:
            message = f"{component.name}'s tables are not at {migrations.head(component.migrations)}: run `python -m services migrate`"
            raise TimeoutError(message)
        await asyncio.sleep(0.2)


def _public_key(file: Path) -> Ed25519PublicKey:
    key = load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        message = f"{file} holds no Ed25519 public key"
        raise TypeError(message)
    return key


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


def _say_if_it_died(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        LOG.error("task_died", task=task.get_name(), error=type(task.exception()).__name__)
