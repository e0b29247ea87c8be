"""Kith's own NATS server with JetStream, on the data folder: started, taken over, supervised and stopped.

It listens on the loopback address alone and requires a user and a password. Its port is chosen once, below the range the kernel gives
to outgoing connections (so that nothing takes it while the server is briefly down), and recorded: clients reconnect to
the same address after a restart of the server, and usually after a restart of Kith.
"""

import asyncio
import json
import random
import signal
import socket
from contextlib import suppress
from pathlib import Path

from libs.host.backing.addresses import NatsAddress
from libs.host.backing.errors import BackingStartError
from libs.host.backing.launch import Launcher
from libs.host.backing.nats_probe import NatsProbeError, probe_nats
from libs.host.backing.processes import command_line_of, program_replaced
from libs.host.backing.server_events import OnServerEvent, ServerEvent, ServerEventKind
from libs.host.backing.server_process import ServerProcess, find_leftover_processes, last_log_lines
from libs.host.backing.server_programs import choose_nats, find_nats_programs
from libs.host.backing.settings import BackingSettings
from libs.host.backing.supervisor import supervise

USER = "kith"
HOST = "127.0.0.1"
PORTS = range(20000, 32000)
START_TIMEOUT_SECONDS = 60.0
STOP_SIGNALS = ((signal.SIGTERM, 10.0),)
START_ATTEMPTS = 5


class NatsServer:
    """The NATS server of one data folder; the caller holds the folder's lock."""

    def __init__(self, launcher: Launcher, settings: BackingSettings, on_event: OnServerEvent) -> None:
        self._launcher = launcher
        self._folder = launcher.folder
        self._settings = settings
        self._on_event = on_event
        self._argv: list[str] = []
        self._port = 0
        self._process: ServerProcess | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def start(self) -> NatsAddress:
        """Start the server; raises BackingStartError."""
        program = choose_nats(await asyncio.to_thread(find_nats_programs, self._settings.provider))
        self._launcher.make_private_directory(self._folder.nats)
        self._launcher = self._launcher.with_access_to(program.path, self._folder.nats)
        self._argv = [str(program.path), "-c", str(self._configuration_file)]
        self._process = await self._adopt() or await self._start_on_free_port()
        self._supervisor = asyncio.create_task(supervise("nats", self._process, self._start_server, self._on_event), name="watch nats")
        return NatsAddress((f"nats://{HOST}:{self._port}",), USER, self._settings.nats_password, program.origin)

    async def stop(self) -> None:
        """Stop the server within about 10 s; does nothing when there is none."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
            self._supervisor = None
        if self._process is not None:
            await self._process.stop(*STOP_SIGNALS)
            self._process = None

    async def restart(self) -> None:
        """End the server because it refuses to work; the supervision starts it again."""
        if self._process is not None and self._process.alive:
            sentence = "NATS runs and takes no events; it is started again."
            await self._on_event(ServerEvent("nats", ServerEventKind.REFUSES, sentence))
            await self._process.stop(*STOP_SIGNALS)

    @property
    def pid(self) -> int | None:
        """The server's process id; None when it is not running."""
        return self._process.pid if self._process is not None and self._process.alive else None

    @property
    def _configuration_file(self) -> Path:
        return self._folder.nats / "nats.conf"

    @property
    def _name(self) -> str:
        return f"kith-{self._folder.path_hash}"

    async def _adopt(self) -> ServerProcess | None:
        """Take over the server that a killed Kith left running if it is exactly the one to be started; otherwise stop it."""
        leftovers = await find_leftover_processes(self._is_ours)
        self._port = recorded_port(self._folder.nats) or 0
        if len(leftovers) == 1 and self._port:
            (process,) = leftovers
            same = (
                command_line_of(process.pid) == tuple(self._argv)
                and not program_replaced(process.pid)
                and self._current_configuration() == self._wanted_configuration()
            )
            with suppress(OSError, TimeoutError, NatsProbeError):
                if same and await probe_nats(HOST, self._port, USER, self._settings.nats_password) == self._name:
                    await self._on_event(
                        ServerEvent("nats", ServerEventKind.ADOPTED, f"NATS was still running as process {process.pid}; it is taken over.")
                    )
                    return process
        if await self._stop_leftovers():
            await self._on_event(
                ServerEvent("nats", ServerEventKind.ORPHAN_STOPPED, "A NATS left by an earlier start could not be used; it was stopped.")
            )
        return None

    async def _start_on_free_port(self) -> ServerProcess:
        for _ in range(START_ATTEMPTS):
            if not self._port or not is_port_free(self._port):
                self._port = find_free_port()
            self._launcher.write_private_file(self._configuration_file, self._wanted_configuration())
            with suppress(PortTakenError):
                process = await self._start_server()
                self._launcher.write_private_file(self._folder.nats / "port", f"{self._port}\n")
                return process
            self._port = 0
        message = f"No free port was found for NATS between {PORTS.start} and {PORTS.stop}."
        raise BackingStartError(message)

    async def _start_server(self) -> ServerProcess:
        await self._stop_leftovers()
        process = self._launcher.launch("nats", self._argv)
        self._process = process
        deadline = asyncio.get_running_loop().time() + START_TIMEOUT_SECONDS
        while True:
            if not process.alive:
                log_lines = last_log_lines(self._launcher.log_file("nats"))
                if "address already in use" in log_lines:
                    message = f"port {self._port} is taken by another program"
                    raise PortTakenError(message)
                message = f"NATS did not start on {self._folder.nats}: {log_lines}"
                raise BackingStartError(message)
            with suppress(OSError, TimeoutError, NatsProbeError):
                if await probe_nats(HOST, self._port, USER, self._settings.nats_password) == self._name:
                    return process
            if asyncio.get_running_loop().time() > deadline:
                await process.stop(*STOP_SIGNALS)
                message = f"NATS on {self._folder.nats} was not ready within {START_TIMEOUT_SECONDS:.0f} s."
                raise BackingStartError(message)
            await asyncio.sleep(0.01)

    def _is_ours(self, argv: tuple[str, ...]) -> bool:
        return argv[1:] == ("-c", str(self._configuration_file))

    async def _stop_leftovers(self) -> bool:
        leftovers = await find_leftover_processes(self._is_ours)
        await asyncio.gather(*(process.stop(*STOP_SIGNALS) for process in leftovers))
        return bool(leftovers)

    def _wanted_configuration(self) -> str:
        return nats_configuration(self._name, self._port, self._settings.nats_password, self._folder.nats)

    def _current_configuration(self) -> str:
        try:
            return self._configuration_file.read_text()
        except OSError:
            return ""


class PortTakenError(Exception):
    """Another program listens on the port."""


def nats_configuration(name: str, port: int, password: str, store: Path) -> str:
    """Return the server's configuration file.

    JetStream carries events and may lose the latest in a power cut, because the outbox is authoritative; so fsync stays at its default.
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
    """Return the port the server last had; None when it never had one."""
    try:
        port = int((store / "port").read_text().strip())
    except (OSError, ValueError):
        return None
    return port if port in PORTS else None


def is_port_free(port: int) -> bool:
    """Whether a port of the loopback address can be listened on now."""
    with socket.socket() as probe_socket:
        probe_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe_socket.bind((HOST, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """Return a port that is free now; raises BackingStartError when a hundred guesses were all taken."""
    for _ in range(100):
        port = random.choice(PORTS)  # noqa: S311 -- a port is no secret
        if is_port_free(port):
            return port
    message = f"No free port was found for NATS between {PORTS.start} and {PORTS.stop}."
    raise BackingStartError(message)
