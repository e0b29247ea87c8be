"""Runs a co-op with `kith up` as a separate process that tests can start, kill and restart.

async with running_kith_up() as co_op:
    async with connect(co_op.folder) as connection: ...
    await co_op.kill(KillTarget.NATS, random.Random(7))
"""

import asyncio
import atexit
import http
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path

from libs.host.backing import DataFolder
from libs.host.backing.postgres_server import read_postmaster_status
from libs.host.backing.processes import command_line_of, find_processes, is_running
from tests.support import temp_folders
from tests.support.co_op_journey import make_co_op_folder
from tests.support.compose_file import ROOT
from tests.support.forks import ForkedKith
from tests.support.free_ports import free_ports
from tests.support.http_probe import HttpAnswer, http_get
from tests.support.waiting import wait_until

UP_SECONDS = 120.0
DOWN_SECONDS = 60.0
_KITH = str(Path(sys.executable).parent / "kith")


class KillTarget(StrEnum):
    """The processes that tests kill."""

    KITH = "kith"
    POSTGRES = "PostgreSQL"
    SESSION = "a session of PostgreSQL"
    NATS = "NATS"


class KithUpProcess:
    """One data folder and its `kith up` process. `kith init` created the folder; tests can move its clock."""

    def __init__(
        self,
        folder: Path,
        pages: str,
        operations: str,
        *,
        tree: Path = ROOT,
        environment: Mapping[str, str] | None = None,
        forked: bool = False,
    ) -> None:
        self.folder = folder
        self._tree = tree
        """The code that it runs; `environment` makes Python import it from there."""
        self._environment = environment
        self._forked = forked
        """Whether a start costs no imports (`tests/support/forks.py`)."""
        self.pages = pages
        self.operations = operations
        self.data = DataFolder(folder)
        self.starts = 0
        self._process: asyncio.subprocess.Process | ForkedKith | None = None
        self._keeping: asyncio.Task[None] | None = None

    # --- starting and stopping

    async def start(self, *options: str) -> None:
        """Starts the process, with these options of `kith up`, without waiting for it."""
        self.starts += 1
        if self._forked:
            process = ForkedKith(("up", str(self.folder), *options), self._tree, self.output_file)
            await process.start()
            # Only now it is there to be killed.
            self._process = process
            return
        with self.output_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                _KITH,
                "up",
                str(self.folder),
                *options,
                cwd=self._tree,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def keep_restarting(self) -> None:
        """Restarts the process whenever it ends, until `stop`."""
        self._keeping = asyncio.create_task(self._keep())

    async def wait_until_ready(self, seconds: float = UP_SECONDS) -> float:
        """Waits until it is founded and ready. Returns how long that took, in seconds."""
        began = time.monotonic()
        while self.data.founding.exists() or (await self.get_readyz()).status != 200:
            assert self._keeping or self._code is None, self.log_tail
            assert time.monotonic() - began < seconds, self.log_tail
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def wait_until_well(self) -> None:
        """Waits until it is ready, and nothing is amiss with any of its services."""

        async def is_well() -> bool:
            answer = await self.get_readyz()
            return answer.status == http.client.OK and not answer.json["degraded"]

        await wait_until(is_well, "every service is well")

    async def get_readyz(self) -> HttpAnswer:
        return await http_get(self.operations, "/readyz")

    async def stop(self, *signals: signal.Signals) -> tuple[int, float]:
        """Sends these signals (default SIGTERM) and waits for the exit. Returns the exit code and the seconds it took."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None
        if self._process is None:
            return 0, 0.0
        began = time.monotonic()
        for number in signals or (signal.SIGTERM,):
            if self._process.returncode is None:
                self._process.send_signal(number)
        try:
            code = await asyncio.wait_for(self._process.wait(), DOWN_SECONDS)
        except TimeoutError:
            raise AssertionError(self.log_tail) from None
        return code, time.monotonic() - began

    async def wait_for_exit(self, seconds: float = UP_SECONDS) -> int:
        """Waits until it exits by itself and returns the exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), seconds)

    # --- its processes

    def pids(self, target: KillTarget) -> list[int]:
        """The ids of the target's current processes."""
        if target is KillTarget.KITH:
            return [self._process.pid] if self._process and self._process.returncode is None else []
        if target is KillTarget.POSTGRES:
            pid, _ = read_postmaster_status(self.data.postgres)
            return [pid] if pid and str(self.data.postgres) in command_line_of(pid) and is_running(pid) else []
        if target is KillTarget.SESSION:
            return find_processes(self._is_session)
        return find_processes(lambda argv: argv[1:] == ("-c", str(self.data.nats / "nats.conf")))

    def remaining_processes(self) -> list[int]:
        """The ids of all processes that belong to this folder."""
        return find_processes(lambda argv: any(str(self.folder) in part or f"kith-{self.data.path_hash}:" in part for part in argv))

    async def kill(self, target: KillTarget, chance: random.Random, seconds: float = UP_SECONDS) -> int:
        """Waits for a process of the target, kills it with SIGKILL and returns its id."""
        until = time.monotonic() + seconds
        while True:
            pids = sorted(self.pids(target))
            with suppress(ProcessLookupError):
                if pids:
                    pid = chance.choice(pids)
                    os.kill(pid, signal.SIGKILL)
                    return pid
            assert time.monotonic() < until, f"no {target} within {seconds:.0f} s: {self.log_tail}"
            await asyncio.sleep(0.02)

    # --- its output

    @property
    def output_file(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.said"

    @property
    def log_tail(self) -> str:
        log = self.data.log / "kith.log"
        return "\n".join(
            line for file in (self.output_file, log) if file.exists() for line in file.read_text(encoding="utf-8").splitlines()[-12:]
        )

    @property
    def _code(self) -> int | None:
        return self._process.returncode if self._process else None

    def _is_session(self, argv: tuple[str, ...]) -> bool:
        """Whether this is a client's session and not one of the server's own processes."""
        return bool(argv) and argv[0].startswith(f"postgres: kith-{self.data.path_hash}: ") and "[local]" in argv[0]

    async def _keep(self) -> None:
        while self._process is not None:
            await self._process.wait()
            await self.start()


@asynccontextmanager
async def service_readable_folder() -> AsyncIterator[Path]:
    """A folder with a short path that the service account can enter."""
    folder = temp_folders.make_temp_folder("kf-")
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def kith_up_in(
    folder: Path,
    name: str = "co-op",
    *,
    settings: str = "",
    pages: str = "",
    tree: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    forked: bool = False,
) -> AsyncIterator[KithUpProcess]:
    """The co-op in `folder`, or a new one; not started, and stopped at the end if it runs.

    `settings` are appended to its kith.toml; `tree` is its code.
    """
    free = [f"127.0.0.1:{port}" for port in free_ports(2)]
    path = folder / name
    home = path if path.exists() else make_co_op_folder(path)
    process = KithUpProcess(home, pages or free[0], free[1], tree=tree, environment=environment, forked=forked)
    file = process.data.settings
    settings_text = file.read_text(encoding="utf-8").replace("127.0.0.1:0", process.pages)
    file.write_text(f'{settings_text}\n[watch]\naddress = "{process.operations}"\n{settings}', encoding="utf-8")
    try:
        yield process
    except BaseException as error:
        error.add_note(process.log_tail)
        raise
    finally:
        await _kill_remaining(process)


@asynccontextmanager
async def running_kith_up(*, settings: str = "") -> AsyncIterator[KithUpProcess]:
    """A running, ready co-op, founded earlier; asserts that stopping it leaves no process behind."""
    async with service_readable_folder() as folder:
        _copy(await _founded_folder(), folder / "co-op")
        async with kith_up_in(folder, settings=settings, forked=True) as co_op:
            await co_op.start()
            await co_op.wait_until_ready()
            yield co_op
            code, _ = await co_op.stop()
            assert code == 0, co_op.log_tail
            assert co_op.remaining_processes() == []


_FOUNDED: list[Path] = []


async def _founded_folder() -> Path:
    """A co-op that was founded and stopped, once for all tests of this process: founding takes longer than a start."""
    if not _FOUNDED:
        folder = temp_folders.make_temp_folder("kf-founded-")
        folder.chmod(0o755)
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        settings = (make_co_op_folder(folder / "co-op") / "kith.toml").read_text(encoding="utf-8")
        async with kith_up_in(folder, forked=True) as co_op:
            await co_op.start()
            await co_op.wait_until_ready()
            code, _ = await co_op.stop()
            assert code == 0, co_op.log_tail
            co_op.data.settings.write_text(settings, encoding="utf-8")
            co_op.output_file.unlink()
        _FOUNDED.append(folder / "co-op")
    return _FOUNDED[0]


def _copy(folder: Path, place: Path) -> None:
    """Copies a data folder with the owners of its files, as an operator would."""
    subprocess.run(["cp", "-a", folder, place], check=True)


async def _kill_remaining(co_op: KithUpProcess) -> None:
    """Cleans up after a failed test: stops it normally if possible, otherwise kills it."""
    with suppress(AssertionError):
        await co_op.stop()
    for pid in {*co_op.pids(KillTarget.KITH), *co_op.remaining_processes()}:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with suppress(AssertionError):
        await wait_until(lambda: co_op.remaining_processes() == [], "gone")
