"""PostgreSQL on the data folder: made, started, taken over, watched and stopped.

It answers on a Unix socket alone, in a directory that only its account may enter, and asks for a password (SCRAM) even there.
The data directory appears under its name only when it is complete, so an interrupted first start leaves nothing half made.
"""

import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from libs.host.backing.addresses import PostgresAt
from libs.host.backing.child import Child, last_words, left_running
from libs.host.backing.hands import Hands
from libs.host.backing.notices import Event, Notice, Told
from libs.host.backing.providers import PostgresPrograms, choose_postgres, postgres_on_offer
from libs.host.backing.refused import CannotStart
from libs.host.backing.running import command_of, program_replaced
from libs.host.backing.settings import BackingSettings
from libs.host.backing.signing_in import NotLetIn, sign_in
from libs.host.backing.watch import keep

ADMINISTRATOR = "kith_admin"
# The number only names the socket; no TCP port is opened.
PORT = 5432
# Recovery after a power cut may have to read much of the log again.
START_WITHIN = 120.0
STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
SERVER_NAMES = ("postgres", "postmaster")
BUILTIN_LOCALE_SINCE = 17
IO_METHOD_SINCE = 18


class Postgres:
    """The PostgreSQL server of one data folder, whose lock the caller holds."""

    def __init__(self, hands: Hands, settings: BackingSettings, told: Told) -> None:
        self._hands = hands
        self._folder = hands.folder
        self._settings = settings
        self._told = told
        self._argv: list[str] = []
        self._child: Child | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> PostgresAt:
        """Bring the server up, making the data directory at the first start; raises CannotStart."""
        major = recorded_major(self._folder.postgres)
        programs = choose_postgres(await asyncio.to_thread(postgres_on_offer, self._settings.provider), major)
        self._hands.keep(self._folder.postgres_sockets)
        self._hands = self._hands.reaching(programs.bin / "postgres", self._folder.postgres, self._folder.postgres_sockets)
        if major is None:
            await self._make(programs)
        else:
            self._refuse_foreign_data()
            self._hands.keep(self._folder.postgres)
        self._argv = server_command(programs, self._folder.postgres, self._folder.postgres_sockets, self._folder.mark)
        at = PostgresAt(
            str(self._folder.postgres_sockets), PORT, ADMINISTRATOR, self._settings.postgres_password, programs.major, programs.origin
        )
        self._child = await self._adopt(at) or await self._begin(at)
        self._watch = asyncio.create_task(keep("postgres", self._child, lambda: self._begin(at), self._told), name="watch postgres")
        return at

    async def stop(self) -> None:
        """Stop the server, ending its sessions (a "fast" stop), within about 25 s; without a server, do nothing."""
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

    async def _make(self, programs: PostgresPrograms) -> None:
        fresh = self._folder.data / "postgres.new"
        secret = self._folder.postgres_sockets / "first-password"
        # A start that was killed may have left a half-made directory, and its initdb.
        makers = await left_running(lambda argv: f"--pgdata={fresh}" in argv or str(fresh) in argv)
        await asyncio.gather(*(maker.stop((signal.SIGTERM, 5.0)) for maker in makers))
        await asyncio.to_thread(_remove, fresh)
        self._hands.keep(fresh)
        self._hands.write(secret, self._settings.postgres_password + "\n")
        try:
            maker = self._hands.begin("postgres", make_command(programs, fresh, secret))
            self._child = maker
            await maker.ended()
        finally:
            secret.unlink(missing_ok=True)
        self._child = None
        if maker.code != 0:
            message = f"PostgreSQL's data directory could not be made in {fresh}: {last_words(self._hands.log('postgres'))}"
            raise CannotStart(message)
        if self._folder.postgres.exists():
            # An empty directory somebody prepared; one with anything in it stays, and the rename says so.
            with suppress(OSError):
                self._folder.postgres.rmdir()
        try:
            fresh.rename(self._folder.postgres)
        except OSError as error:
            message = f"{self._folder.postgres} is in the way and is not a PostgreSQL data directory. Move it away and start again."
            raise CannotStart(message) from error

    def _refuse_foreign_data(self) -> None:
        owner = self._folder.postgres.stat().st_uid
        if os.geteuid() not in (0, owner):
            message = f"{self._folder.postgres} belongs to user {owner}. Run Kith as that account or as root."
            raise CannotStart(message)

    async def _adopt(self, at: PostgresAt) -> Child | None:
        """Take over the server that a killed Kith left, if it is exactly the one to be started; otherwise make sure it is gone."""
        pid, ready = postmaster_of(self._folder.postgres)
        if pid is not None and ready and command_of(pid) == tuple(self._argv) and not program_replaced(pid):
            child = Child.adopt(pid)
            with suppress(NotLetIn):
                await sign_in(at)
                await self._told(Notice("postgres", Event.ADOPTED, f"PostgreSQL was still running as process {pid}; it is taken over."))
                return child
        if await self._end_left():
            sentence = "A PostgreSQL left by an earlier start could not be used; it was stopped."
            await self._told(Notice("postgres", Event.ORPHAN_STOPPED, sentence))
        return None

    async def _begin(self, at: PostgresAt) -> Child:
        # Sessions whose server was killed end by themselves, but a new server must not start before they have.
        await self._end_left()
        self._forget_lock_files()
        child = self._hands.begin("postgres", self._argv)
        self._child = child
        try:
            await self._ready(child)
            await sign_in(at)
        except NotLetIn as error:
            await child.stop(*STOP)
            message = f"PostgreSQL of {self._folder.path} runs but does not let Kith in: {error}"
            if error.wrong_password:
                message = f"The password for {ADMINISTRATOR} in the settings is not the one that {self._folder.postgres} was made with."
            raise CannotStart(message) from error
        return child

    async def _ready(self, child: Child) -> None:
        deadline = time.monotonic() + START_WITHIN
        while postmaster_of(self._folder.postgres) != (child.pid, True):
            if not child.alive:
                message = f"PostgreSQL did not start on {self._folder.postgres}: {last_words(self._hands.log('postgres'))}"
                raise CannotStart(message)
            if time.monotonic() > deadline:
                await child.stop(*STOP)
                message = f"PostgreSQL on {self._folder.postgres} was not ready within {START_WITHIN:.0f} s."
                raise CannotStart(message)
            await asyncio.sleep(0.01)

    def _is_server(self, argv: tuple[str, ...]) -> bool:
        return bool(argv) and Path(argv[0]).name in SERVER_NAMES and str(self._folder.postgres) in argv

    def _is_session(self, argv: tuple[str, ...]) -> bool:
        """Recognise a server's own children, which carry the cluster's name in their title."""
        return bool(argv) and argv[0].startswith(f"postgres: kith-{self._folder.mark}: ")

    async def _end_left(self) -> bool:
        """Stop a server of this folder, and wait for the children of one that was killed; say whether there was a server.

        Such children end by themselves as soon as they look up; one in a long computation is told to.
        """
        servers = await left_running(self._is_server)
        await asyncio.gather(*(server.stop(*STOP) for server in servers))
        sessions = await left_running(self._is_session)
        await asyncio.gather(*(_outlast(session) for session in sessions))
        return bool(servers)

    def _forget_lock_files(self) -> None:
        """Remove the lock files of a server that has gone, before PostgreSQL takes its number's new bearer for it.

        The bearer may be a stranger, or the server itself, dead and reaped by nobody, as in many containers. Another PostgreSQL
        (of a folder that was moved while it ran) is left to stand in the way, and PostgreSQL says so.
        """
        for lock in (self._folder.postgres / "postmaster.pid", self._folder.postgres_sockets / f".s.PGSQL.{PORT}.lock"):
            pid = named_in(lock)
            if pid is not None and not any(Path(first).name in SERVER_NAMES for first in command_of(pid)[:1]):
                lock.unlink(missing_ok=True)


def recorded_major(data: Path) -> int | None:
    """Return the major version a data directory was made by, None when there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return None
    except ValueError:
        message = f"{data / 'PG_VERSION'} does not hold a version; the data directory is damaged. Restore a backup of the folder."
        raise CannotStart(message) from None


def postmaster_of(data: Path) -> tuple[int | None, bool]:
    """Return the process id that a data directory's lock file names, and whether it says that the server is ready.

    The lines of the file: process id, data directory, start time, port, socket directory, address, memory key, status
    (PostgreSQL's src/include/utils/pidfile.h).
    """
    lock = data / "postmaster.pid"
    try:
        lines = lock.read_text().splitlines()
    except OSError:
        return None, False
    return named_in(lock), len(lines) > 7 and lines[7].strip() == "ready"


def named_in(lock: Path) -> int | None:
    """Return the process id in the first line of one of PostgreSQL's lock files, None without one."""
    try:
        first = lock.read_text().partition("\n")[0].strip()
    except OSError:
        return None
    return int(first) if first.isdigit() else None


def make_command(programs: PostgresPrograms, data: Path, secret: Path) -> list[str]:
    """Return the command that makes a data directory: UTF-8, sorted by code point the same on every machine, with checksums."""
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
    """Return the command of the server, with settings for a small machine that must not lose an acknowledged ballot.

    Errors of statements stay out of the log: they quote values, and no person's data may stand in a log. The client that made the
    error gets it in full.
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
        # Three processes fewer; a co-op's tables fit in memory.
        settings["io_method"] = "sync"
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(programs.bin / "postgres"), "-D", str(data), *flags]


async def _outlast(session: Child) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(session.ended(), 0.5)
    await session.stop((signal.SIGQUIT, 3.0))


def _remove(directory: Path) -> None:
    for root, directories, files in os.walk(directory, topdown=False):
        for name in files:
            Path(root, name).unlink()
        for name in directories:
            place = Path(root, name)
            place.unlink() if place.is_symlink() else place.rmdir()
    if directory.exists():
        directory.rmdir()
