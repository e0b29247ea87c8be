"""Kith's own PostgreSQL server, on the data folder: created, started, taken over, supervised and stopped.

It listens on a Unix socket alone, in a directory that only its account may enter, and requires a password (SCRAM) even there.
The data directory gets its name only when it is complete, so an interrupted first start leaves nothing half made.
"""

import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from libs.host.backing.addresses import PostgresAddress
from libs.host.backing.errors import BackingStartError
from libs.host.backing.launch import Launcher
from libs.host.backing.postgres_probe import PostgresProbeError, probe_postgres
from libs.host.backing.processes import command_line_of, program_replaced
from libs.host.backing.server_events import OnServerEvent, ServerEvent, ServerEventKind
from libs.host.backing.server_process import ServerProcess, find_leftover_processes, last_log_lines
from libs.host.backing.server_programs import PostgresPrograms, choose_postgres, find_postgres_programs
from libs.host.backing.settings import BackingSettings
from libs.host.backing.supervisor import supervise

ADMINISTRATOR = "kith_admin"
# The number only names the socket; no TCP port is opened.
PORT = 5432
# Recovery after a power cut may have to read much of the log again.
START_TIMEOUT_SECONDS = 120.0
STOP_SIGNALS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
SERVER_NAMES = ("postgres", "postmaster")
BUILTIN_LOCALE_SINCE = 17
IO_METHOD_SINCE = 18


class PostgresServer:
    """The PostgreSQL server of one data folder; the caller holds the folder's lock."""

    def __init__(self, launcher: Launcher, settings: BackingSettings, on_event: OnServerEvent) -> None:
        self._launcher = launcher
        self._folder = launcher.folder
        self._settings = settings
        self._on_event = on_event
        self._argv: list[str] = []
        self._process: ServerProcess | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def start(self) -> PostgresAddress:
        """Start the server, creating the data directory at the first start; raises BackingStartError."""
        major = recorded_major(self._folder.postgres)
        programs = choose_postgres(await asyncio.to_thread(find_postgres_programs, self._settings.provider), major)
        self._launcher.make_private_directory(self._folder.postgres_sockets)
        self._launcher = self._launcher.with_access_to(programs.bin / "postgres", self._folder.postgres, self._folder.postgres_sockets)
        if major is None:
            await self._init_data_directory(programs)
        else:
            self._refuse_foreign_data()
            self._launcher.make_private_directory(self._folder.postgres)
        self._argv = server_command(programs, self._folder.postgres, self._folder.postgres_sockets, self._folder.path_hash)
        address = PostgresAddress(
            str(self._folder.postgres_sockets), PORT, ADMINISTRATOR, self._settings.postgres_password, programs.major, programs.origin
        )
        self._process = await self._adopt(address) or await self._start_server(address)
        self._supervisor = asyncio.create_task(
            supervise("postgres", self._process, lambda: self._start_server(address), self._on_event), name="watch postgres"
        )
        return address

    async def stop(self) -> None:
        """Stop the server, ending its sessions (a "fast" stop), within about 25 s; does nothing when there is none."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
            self._supervisor = None
        if self._process is not None:
            await self._process.stop(*STOP_SIGNALS)
            self._process = None

    @property
    def pid(self) -> int | None:
        """The server's process id; None when it is not running."""
        return self._process.pid if self._process is not None and self._process.alive else None

    async def _init_data_directory(self, programs: PostgresPrograms) -> None:
        temporary = self._folder.data / "postgres.new"
        secret = self._folder.postgres_sockets / "first-password"
        # A start that was killed may have left a half-made directory, and its initdb.
        leftovers = await find_leftover_processes(lambda argv: f"--pgdata={temporary}" in argv or str(temporary) in argv)
        await asyncio.gather(*(initdb.stop((signal.SIGTERM, 5.0)) for initdb in leftovers))
        await asyncio.to_thread(_remove_tree, temporary)
        self._launcher.make_private_directory(temporary)
        self._launcher.write_private_file(secret, self._settings.postgres_password + "\n")
        try:
            initdb = self._launcher.launch("postgres", initdb_command(programs, temporary, secret))
            self._process = initdb
            await initdb.wait()
        finally:
            secret.unlink(missing_ok=True)
        self._process = None
        if initdb.exit_code != 0:
            message = f"PostgreSQL's data directory could not be made in {temporary}: {last_log_lines(self._launcher.log_file('postgres'))}"
            raise BackingStartError(message)
        if self._folder.postgres.exists():
            # An empty directory that somebody prepared; if anything is in it, it stays and the rename fails.
            with suppress(OSError):
                self._folder.postgres.rmdir()
        try:
            temporary.rename(self._folder.postgres)
        except OSError as error:
            message = f"{self._folder.postgres} is in the way and is not a PostgreSQL data directory. Move it away and start again."
            raise BackingStartError(message) from error

    def _refuse_foreign_data(self) -> None:
        owner = self._folder.postgres.stat().st_uid
        if os.geteuid() not in (0, owner):
            message = f"{self._folder.postgres} belongs to user {owner}. Run Kith as that account or as root."
            raise BackingStartError(message)

    async def _adopt(self, address: PostgresAddress) -> ServerProcess | None:
        """Take over the server that a killed Kith left running if it is exactly the one to be started; otherwise stop it."""
        pid, ready = read_postmaster_status(self._folder.postgres)
        if pid is not None and ready and command_line_of(pid) == tuple(self._argv) and not program_replaced(pid):
            process = ServerProcess.adopt(pid)
            with suppress(PostgresProbeError):
                await probe_postgres(address)
                await self._on_event(
                    ServerEvent("postgres", ServerEventKind.ADOPTED, f"PostgreSQL was still running as process {pid}; it is taken over.")
                )
                return process
        if await self._stop_leftovers():
            sentence = "A PostgreSQL left by an earlier start could not be used; it was stopped."
            await self._on_event(ServerEvent("postgres", ServerEventKind.ORPHAN_STOPPED, sentence))
        return None

    async def _start_server(self, address: PostgresAddress) -> ServerProcess:
        # Sessions of a killed server end by themselves, but a new server must not start before they have.
        await self._stop_leftovers()
        self._remove_stale_lock_files()
        process = self._launcher.launch("postgres", self._argv)
        self._process = process
        try:
            await self._wait_until_ready(process)
            await probe_postgres(address)
        except PostgresProbeError as error:
            await process.stop(*STOP_SIGNALS)
            message = f"PostgreSQL of {self._folder.path} runs but does not let Kith in: {error}"
            if error.wrong_password:
                message = f"The password for {ADMINISTRATOR} in the settings is not the one that {self._folder.postgres} was made with."
            raise BackingStartError(message) from error
        return process

    async def _wait_until_ready(self, process: ServerProcess) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while read_postmaster_status(self._folder.postgres) != (process.pid, True):
            if not process.alive:
                message = f"PostgreSQL did not start on {self._folder.postgres}: {last_log_lines(self._launcher.log_file('postgres'))}"
                raise BackingStartError(message)
            if time.monotonic() > deadline:
                await process.stop(*STOP_SIGNALS)
                message = f"PostgreSQL on {self._folder.postgres} was not ready within {START_TIMEOUT_SECONDS:.0f} s."
                raise BackingStartError(message)
            await asyncio.sleep(0.01)

    def _is_server(self, argv: tuple[str, ...]) -> bool:
        return bool(argv) and Path(argv[0]).name in SERVER_NAMES and str(self._folder.postgres) in argv

    def _is_session(self, argv: tuple[str, ...]) -> bool:
        """Whether this is a server's child process, which carries the cluster's name in its title."""
        return bool(argv) and argv[0].startswith(f"postgres: kith-{self._folder.path_hash}: ")

    async def _stop_leftovers(self) -> bool:
        """Stop a server of this folder, and wait for the children of a killed one; return whether there was a server.

        Such children end by themselves once they notice; one in a long computation gets a signal.
        """
        servers = await find_leftover_processes(self._is_server)
        await asyncio.gather(*(server.stop(*STOP_SIGNALS) for server in servers))
        sessions = await find_leftover_processes(self._is_session)
        await asyncio.gather(*(_stop_session(session) for session in sessions))
        return bool(servers)

    def _remove_stale_lock_files(self) -> None:
        """Remove the lock files of a server that has gone, before PostgreSQL mistakes the new process with its id for it.

        That process may be a stranger, or the dead server itself, not yet reaped, as in many containers. Another PostgreSQL
        (of a folder that was moved while it ran) is left alone, and PostgreSQL reports it.
        """
        for lock in (self._folder.postgres / "postmaster.pid", self._folder.postgres_sockets / f".s.PGSQL.{PORT}.lock"):
            pid = read_lock_file_pid(lock)
            if pid is not None and not any(Path(first).name in SERVER_NAMES for first in command_line_of(pid)[:1]):
                lock.unlink(missing_ok=True)


def recorded_major(data: Path) -> int | None:
    """Return the major version that created a data directory; None when there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None
    except ValueError:
        message = f"{data / 'PG_VERSION'} does not hold a version; the data directory is damaged. Restore a backup of the folder."
        raise BackingStartError(message) from None


def read_postmaster_status(data: Path) -> tuple[int | None, bool]:
    """Return the process id in a data directory's lock file, and whether the file says that the server is ready.

    The lines of the file: process id, data directory, start time, port, socket directory, address, memory key, status
    (PostgreSQL's src/include/utils/pidfile.h).
    """
    lock = data / "postmaster.pid"
    try:
        lines = lock.read_text().splitlines()
    except OSError:
        return None, False
    return read_lock_file_pid(lock), len(lines) > 7 and lines[7].strip() == "ready"


def read_lock_file_pid(lock: Path) -> int | None:
    """Return the process id in the first line of one of PostgreSQL's lock files; None without one."""
    try:
        first = lock.read_text().partition("\n")[0].strip()
    except OSError:
        return None
    return int(first) if first.isdigit() else None


def initdb_command(programs: PostgresPrograms, data: Path, secret: Path) -> list[str]:
    """Return the command that creates a data directory: UTF-8, sorted by code point the same on every machine, with checksums."""
    locale = ["--locale=C"]
    if programs.major >= BUILTIN_LOCALE_SINCE:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [
        str(programs.bin / "initdb"),
        f"--pgdata={data}",
        f"--username={ADMINISTRATOR}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        *locale,
        "--data-checksums",
        "--no-instructions",
    ]


def server_command(programs: PostgresPrograms, data: Path, sockets: Path, mark: str) -> list[str]:
    """Return the server's command, with settings for a small machine that must not lose an acknowledged ballot.

    Statement errors stay out of the log: they quote values, and personal data must not appear in a log. The client that caused the
    error receives it in full.
    """
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "cluster_name": f"kith-{mark}",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "password_encryption": "scram-sha-256",
        "max_connections": "100",
        "shared_buffers": "32MB",
        "work_mem": "4MB",
        "maintenance_work_mem": "32MB",
        "max_wal_size": "256MB",
        "huge_pages": "off",
        "jit": "off",
        "max_worker_processes": "4",
        "max_parallel_workers": "2",
        "max_logical_replication_workers": "0",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_statement": "none",
        "log_checkpoints": "off",
    }
    if programs.major >= IO_METHOD_SINCE:
        # Saves three processes; a co-op's tables fit in memory.
        settings["io_method"] = "sync"
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(programs.bin / "postgres"), "-D", str(data), *flags]


async def _stop_session(session: ServerProcess) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(session.wait(), 0.5)
    await session.stop((signal.SIGQUIT, 3.0))


def _remove_tree(directory: Path) -> None:
    for root, directories, files in os.walk(directory, topdown=False):
        for name in files:
            Path(root, name).unlink()
        for name in directories:
            path = Path(root, name)
            path.unlink() if path.is_symlink() else path.rmdir()
    if directory.exists():
        directory.rmdir()
