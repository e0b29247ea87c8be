"""One process of Kith, running one service or all of them.

Start order: bus (without waiting for it), databases, servers, relays and jobs, consumers, listeners, ready. Stop order: listeners, servers,
outbox flush, jobs, consumers, bus, databases. Everything that starts is listed here, top to bottom, and nowhere else.
"""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from kith.status.v1 import status_pb2_grpc
from libs.access import ended_sessions
from libs.callers.tokens import TokenVerifier
from libs.clock import Clock, ShiftedClock, SystemClock, kernel_time
from libs.database import migrations
from libs.database.engine import DATABASE_ERRORS, Database
from libs.host import leader_election
from libs.host.bounded_check import BoundedCheck
from libs.host.component import BuildComponent, Component, Listener, Runtime
from libs.host.database_probe import LAST_EVENT_TIME
from libs.host.disk_space import LOW_BYTES, disk_reason, free_bytes
from libs.host.event_anchor import EventAnchor
from libs.host.http_server import HttpServer
from libs.host.last_known_time import read_last_known_time, write_last_known_time
from libs.host.open_files import raise_file_limit
from libs.host.operations_http import OPERATIONS_LIMITS, EventLoopLag, operations_app
from libs.host.request_key import read_request_key
from libs.host.running_service import RunningService
from libs.host.settings import ServiceSettings, SharedSettings, url_with_password
from libs.host.status import OPEN_METHODS, ProcessHealth, StatusServicer
from libs.host.tasks import cancel_tasks, log_failure
from libs.messages.bus import Bus, BusAddress
from libs.messages.consumer import Consumer
from libs.messages.relay import OutboxRelay, begin_epoch, read_outbox_state
from libs.observe import traces
from libs.observe.logs import logger
from libs.rpc.interceptor import Interceptor
from libs.rpc.server import GrpcServer
from libs.rpc.tls import TlsCredentials
from libs.rpc.transactions import Transactions

LOG = logger("host")
MIGRATIONS_TIMEOUT_SECONDS = 60.0
BUS_WATCH_SECONDS = 5.0
KEEP_TIME_SECONDS = 60.0
ANCHOR_SECONDS = 300.0
ANCHOR_FILE = "anchor"
BUS_RESTART_PAUSE_SECONDS = 60.0
"""Between two restarts of a NATS that refuses: it needs a moment to take what waited."""


@dataclass(frozen=True)
class ServiceSpec:
    """One service to run in this process: its settings and the function that builds it."""

    name: str
    settings: ServiceSettings
    build: BuildComponent
    allowed_callers: frozenset[str] = frozenset()
    """The certificate names that may call it, where mTLS is used."""


class Process:
    """Starts the services, runs until a signal, and stops them in order."""

    def __init__(
        self,
        shared: SharedSettings,
        services: Sequence[ServiceSpec],
        name: str,
        restart_bus: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`restart_bus` starts a NATS that is Kith's own anew."""
        self._shared = shared
        self._services = services
        self._name = name
        self._system_clock = SystemClock(max_ahead=timedelta(days=shared.clock_max_days_ahead), trusted=shared.trust_clock)
        self.clock: Clock = ShiftedClock(self._system_clock) if shared.clock_file else self._system_clock
        password = shared.nats_password.get_secret_value()
        if shared.nats_password_file:
            password = shared.nats_password_file.read_text(encoding="utf-8").strip()
        self._bus = Bus(BusAddress(shared.nats_url, shared.nats_user, password, shared.nats_ca_file), name)
        self._restart_bus = restart_bus
        self._event_anchor = (
            EventAnchor(shared.data_folder / ANCHOR_FILE, accept_older=shared.accept_older_data) if shared.data_folder else None
        )
        folder = shared.data_folder
        self._disks = (folder, folder / "data" / "postgres", folder / "data" / "nats") if folder else ()
        self._shared_health = ProcessHealth(
            BoundedCheck(self._bus.answers, otherwise=False),
            BoundedCheck(lambda: asyncio.to_thread(disk_reason, self._disks), ""),
        )
        self._event_loop_lag = EventLoopLag()
        self._running: list[RunningService] = []
        self._listeners: list[Listener] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Run until SIGTERM or SIGINT. `ready` is awaited once everything is up."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        try:
            await self.start()
            _freeze_garbage_collector()
            if ready is not None:
                await ready()
            await stop.wait()
            LOG.info("stopping")
        finally:
            await self.stop()

    async def start(self) -> None:
        file_limit = raise_file_limit()
        traces.configure_tracing(
            endpoint=self._shared.traces_endpoint,
            file=self._shared.traces_file,
            sample=self._shared.traces_sample,
            co_op=self._shared.co_op,
        )
        self._spawn(self._event_loop_lag.run(), "event-loop-lag")
        if not kernel_time.is_synchronised():
            LOG.warning("clock_unsynchronised", hint="no NTP keeps this machine's clock right")
        if self._shared.data_folder:
            if (known := read_last_known_time(self._shared.data_folder)) is not None:
                self._system_clock.learn_time(known)
            self._spawn(self._keep_last_known_time(self._shared.data_folder), "last-known-time")
        if self._shared.clock_file:
            # Nothing may happen at another time first: a clock never goes back.
            self._read_clock_file(self._shared.clock_file)
            self._spawn(self._follow_clock_file(self._shared.clock_file), "clock")
        self._bus.start()
        if self._restart_bus is not None:
            self._spawn(self._restart_refusing_bus(self._restart_bus), "bus-watch")
        tokens = TokenVerifier(
            _public_key(self._shared.token_key_file), load_pem_x509_certificate((self._shared.certificates_folder / "ca.pem").read_bytes())
        )
        self._spawn(ended_sessions.follow_ended_sessions(self._bus, tokens, self.clock), "ended-sessions")
        for service in self._services:
            self._running.append(await self._start(service, tokens))
        operations = HttpServer(
            operations_app(self._event_loop_lag, [running.status for running in self._running]),
            self._shared.operations_address,
            OPERATIONS_LIMITS.fitted_to(file_limit),
        )
        self._listeners = [operations]
        routes = [running.component.http_route for running in self._running if running.component.http_route]
        self._listeners += [HttpServer(route.app, route.address, route.limits.fitted_to(file_limit)) for route in routes]
        self._listeners += [listener for running in self._running for listener in running.component.listeners]
        for listener in self._listeners:
            await listener.start()
        if self._event_anchor is not None:
            self._spawn(self._keep_event_anchor(self._event_anchor), "event-anchor")
            self._spawn(self._tell_set_back(self._event_anchor.set_back), "set-back")
        for running in self._running:
            await running.server.set_serving(now=True)
        LOG.info("ready", services=[running.component.name for running in self._running])

    async def stop(self) -> None:
        for running in self._running:
            running.status.stopping = True
        for listener in reversed(self._listeners):
            await listener.stop()
        await asyncio.gather(*(running.server.stop() for running in self._running))
        for running in self._running:
            await running.flush_outbox()
            running.status.stop()
            await cancel_tasks(running.tasks)
        await cancel_tasks(self._tasks)
        if self._event_anchor is not None and self._running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._record_events(self._event_anchor)
        await self._bus.close()
        for running in self._running:
            if running.component.close:
                await running.component.close()
            await running.database.close()
        LOG.info("stopped")

    async def _start(self, service: ServiceSpec, tokens: TokenVerifier) -> RunningService:
        url = url_with_password(service.settings.database_url, service.settings.database_password_file)
        database = Database(url, pool_size=service.settings.pool_size)
        request_key = read_request_key(self._shared.certificates_folder, service.name)
        runtime = Runtime(database, self.clock, Transactions(database, self.clock, request_key))
        component = service.build(runtime)
        await _wait_for_migrations(url, component)
        await self._compare_with_past(component.name, database)
        consumers = [Consumer(component.name, reactions, database, self._bus, self.clock) for reactions in component.reactions]
        runtime.consumers = {consumer.progress.source: consumer for consumer in consumers}
        relay = OutboxRelay(component.name, database, self._bus)
        status = StatusServicer(
            component.name, database, self._shared_health, self.clock, consumers, relay, lambda: self._reasons_of(component)
        )
        tls = TlsCredentials(self._shared.tls_folder, component.name) if self._shared.tls_folder else None
        open_methods = OPEN_METHODS.union(*(bound.open_methods for bound in component.services))
        service_methods = {method: caller for bound in component.services for method, caller in bound.service_methods.items()}
        server = GrpcServer(
            component.name,
            Interceptor(component.name, tokens, self.clock, open_methods, service_methods, service.allowed_callers if tls else None),
        )
        for bound in component.services:
            bound.add_to(server.grpc)
        status_pb2_grpc.add_StatusServiceServicer_to_server(status, server.grpc)
        await server.start(component.address, tls)
        running = RunningService(component, database, self._bus, self.clock, server, status, relay, consumers)
        running.start_tasks()
        return running

    async def _restart_refusing_bus(self, restart: Callable[[], Awaitable[None]]) -> None:
        """Restarts our own NATS when it refuses events although there is room: after a full disk it never takes them again by itself."""
        while True:
            await asyncio.sleep(BUS_WATCH_SECONDS)
            if not any(running.relay.is_refused for running in self._running):
                continue
            free = await asyncio.to_thread(free_bytes, self._disks)
            if free is None or free > LOW_BYTES:
                LOG.warning("bus_restart", free=free)
                await restart()
                await asyncio.sleep(BUS_RESTART_PAUSE_SECONDS)

    def _reasons_of(self, component: Component) -> list[str]:
        older = self._event_anchor is not None and component.name in self._event_anchor.older_services
        return (["DATABASE_OLDER"] if older else []) + list(component.reasons() if component.reasons else ())

    async def _keep_event_anchor(self, anchor: EventAnchor) -> None:
        while True:
            await asyncio.sleep(ANCHOR_SECONDS)
            await self._record_events(anchor)

    async def _record_events(self, anchor: EventAnchor) -> None:
        """On a full disk, or without the database, the anchor stays as it is."""
        states = {}
        with contextlib.suppress(*DATABASE_ERRORS):
            for running in self._running:
                async with running.database.engine.connect() as connection:
                    states[running.component.name] = await read_outbox_state(connection)
            await asyncio.to_thread(anchor.record, states)

    async def _tell_set_back(self, set_back: Mapping[str, tuple[int, int]]) -> None:
        """Tells people, not only operators, that the records are an older copy. Repeats it until it is recorded."""
        tell = [running.component.tell_set_back for running in self._running if set_back and running.component.tell_set_back]
        for each in tell:
            while True:
                try:
                    await each(set_back)
                    break
                except DATABASE_ERRORS as error:
                    LOG.warning("set_back_untold", error=type(error).__name__)
                await asyncio.sleep(ANCHOR_SECONDS)

    async def _compare_with_past(self, service: str, database: Database) -> None:
        """Before anything new is recorded: when was the last event, and how many were there? Waits for a server that restarts."""
        deadline = asyncio.get_running_loop().time() + MIGRATIONS_TIMEOUT_SECONDS
        while True:
            try:
                async with database.engine.connect() as connection:
                    last = (await connection.execute(LAST_EVENT_TIME)).scalar()
                    state = await read_outbox_state(connection)
                break
            except DATABASE_ERRORS as error:
                if asyncio.get_running_loop().time() > deadline:
                    message = f"{service}'s events cannot be read ({type(error).__name__})."
                    raise TimeoutError(message) from error
                LOG.info("database_waits", service=service, error=type(error).__name__)
            await asyncio.sleep(0.2)
        if last is not None and isinstance(self.clock, SystemClock):
            # Events of a demonstration are dated by its shifted clock, and say nothing about the machine's.
            self.clock.learn_event(last)
        if self._event_anchor is not None:
            epoch = self._event_anchor.next_epoch(service, state)
            if epoch is not None:
                # Before the anchor forgets that the copy is older: a start that ends in between begins one more epoch, and never none.
                await begin_epoch(database, epoch)
            await asyncio.to_thread(self._event_anchor.check, service, state)

    async def _keep_last_known_time(self, folder: Path) -> None:
        """A time in doubt is not kept: it would be the one to trust at the next start."""
        while True:
            if not self._system_clock.doubt():
                await asyncio.to_thread(write_last_known_time, folder, self._system_clock.now())
            await asyncio.sleep(KEEP_TIME_SECONDS)

    async def _follow_clock_file(self, file: Path) -> None:
        """Shifts a demonstration's clock by the seconds that somebody writes into a file."""
        while isinstance(self.clock, ShiftedClock):
            self._read_clock_file(file)
            await asyncio.sleep(0.25)

    def _read_clock_file(self, file: Path) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.shift_clock(timedelta(seconds=int(file.read_text(encoding="ascii"))))

    def shift_clock(self, by: timedelta) -> None:
        """Shifts a demonstration's clock. Whatever sleeps until a moment of the old time looks at the new one."""
        if isinstance(self.clock, ShiftedClock) and by != self.clock.by:
            self.clock.by = by
            for running in self._running:
                running.database.wakeups.wake_all()

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(coroutine, name=name)
        task.add_done_callback(log_failure)
        self._tasks.append(task)


def _freeze_garbage_collector() -> None:
    """Excludes objects loaded at the start from garbage collection: a full collection of them would pause every vote for 100 ms.

    An entry point may have switched the collector off: while code is loaded it finds nothing, and takes a sixth of the start.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


async def _wait_for_migrations(url: str, component: Component) -> None:
    """Waits until the tables are at the right version; migrations run elsewhere, with the owner role."""
    deadline = asyncio.get_running_loop().time() + MIGRATIONS_TIMEOUT_SECONDS
    while True:
        try:
            connection = await leader_election.connect(url)
            try:
                if await migrations.is_up_to_date(connection, component.migrations):
                    return
            finally:
                await connection.close()
        except DATABASE_ERRORS as error:
            LOG.info("database_waits", service=component.name, error=type(error).__name__)
        if asyncio.get_running_loop().time() > deadline:
            message = (
                f"{component.name}'s tables are not at {migrations.latest_revision(component.migrations)}: run `python -m services migrate`"
            )
            raise TimeoutError(message)
        await asyncio.sleep(0.2)


def _public_key(file: Path) -> Ed25519PublicKey:
    key = load_pem_public_key(file.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        message = f"{file} holds no Ed25519 public key"
        raise TypeError(message)
    return key
