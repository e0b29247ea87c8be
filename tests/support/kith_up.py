"""A co-op under `kith up`, as a process of its own: started, killed and started again, as an operator would.

async with a_co_op_up() as co_op:
    async with door(co_op.folder) as open_door: ...
    await co_op.strike(Victim.NATS, random.Random(7))
"""

import asyncio
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from pathlib import Path

from libs.host.backing import DataFolder
from libs.host.backing.postgres import postmaster_of
from libs.host.backing.running import command_of, lives, running
from tests.support import places
from tests.support.compose import ROOT
from tests.support.http import Answer, get
from tests.support.journey import a_folder
from tests.support.ports import free_ports

UP_SECONDS = 40.0
DOWN_SECONDS = 20.0
_KITH = str(Path(sys.executable).parent / "kith")


class Victim(StrEnum):
    """What can be killed."""

    KITH = "kith"
    POSTGRES = "PostgreSQL"
    SESSION = "a session of PostgreSQL"
    NATS = "NATS"


class KithUp:
    """One data folder and the `kith up` on it. `folder` is a co-op as `kith init` makes it, with a clock that can be moved."""

    def __init__(self, folder: Path, pages: str, operations: str) -> None:
        self.folder = folder
        self.pages = pages
        self.operations = operations
        self.data = DataFolder(folder)
        self.starts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    # --- the operator's hands

    async def start(self) -> None:
        """Without waiting for it."""
        self.starts += 1
        with self.said.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                _KITH, "up", str(self.folder), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )

    def keep(self) -> None:
        """From now on it is started again whenever it ended, until `end`."""
        self._keeping = asyncio.create_task(self._keep())

    async def ready(self, seconds: float = UP_SECONDS) -> float:
        """Waits until it is founded and says that it is ready. Gives how long that took."""
        began = time.monotonic()
        while self.data.founding.exists() or (await self.readyz()).status != 200:
            assert self._keeping or self._code is None, self.last_words
            assert time.monotonic() - began < seconds, self.last_words
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def readyz(self) -> Answer:
        return await get(self.operations, "/readyz")

    async def end(self, *signals: signal.Signals) -> tuple[int, float]:
        """Sends these, SIGTERM without any, and waits for the end: exit code, and how long it took."""
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
            raise AssertionError(self.last_words) from None
        return code, time.monotonic() - began

    async def ended(self, seconds: float = UP_SECONDS) -> int:
        """Waits until it ends by itself. Gives its exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), seconds)

    # --- its processes

    def pids(self, victim: Victim) -> list[int]:
        """Those that are there now."""
        if victim is Victim.KITH:
            return [self._process.pid] if self._process and self._process.returncode is None else []
        if victim is Victim.POSTGRES:
            pid, _ = postmaster_of(self.data.postgres)
            return [pid] if pid and str(self.data.postgres) in command_of(pid) and lives(pid) else []
        if victim is Victim.SESSION:
            return running(self._is_session)
        return running(lambda argv: argv[1:] == ("-c", str(self.data.nats / "nats.conf")))

    def left(self) -> list[int]:
        """Every process that has to do with this folder."""
        return running(lambda argv: any(str(self.folder) in part or f"kith-{self.data.mark}:" in part for part in argv))

    async def strike(self, victim: Victim, chance: random.Random, seconds: float = UP_SECONDS) -> int:
        """Kills one of them with -9, once there is one. Gives its process id."""
        until = time.monotonic() + seconds
        while True:
            found = sorted(self.pids(victim))
            with suppress(ProcessLookupError):
                if found:
                    pid = chance.choice(found)
                    os.kill(pid, signal.SIGKILL)
                    return pid
            assert time.monotonic() < until, f"no {victim} within {seconds:.0f} s: {self.last_words}"
            await asyncio.sleep(0.02)

    # --- what it said

    @property
    def said(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.said"

    @property
    def last_words(self) -> str:
        log = self.data.log / "kith.log"
        return "\n".join(line for file in (self.said, log) if file.exists() for line in file.read_text(encoding="utf-8").splitlines()[-12:])

    @property
    def _code(self) -> int | None:
        return self._process.returncode if self._process else None

    def _is_session(self, argv: tuple[str, ...]) -> bool:
        """A client's, and none of the server's own helpers."""
        return bool(argv) and argv[0].startswith(f"postgres: kith-{self.data.mark}: ") and "[local]" in argv[0]

    async def _keep(self) -> None:
        while self._process is not None:
            await self._process.wait()
            await self.start()


@asynccontextmanager
async def a_place() -> AsyncIterator[Path]:
    """A short path that the servers' account can come into."""
    place = places.place("kf-")
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@asynccontextmanager
async def a_co_op(place: Path, name: str = "co-op", *, settings: str = "", pages: str = "") -> AsyncIterator[KithUp]:
    """A folder in `place`, not started; whatever runs on it at the end is ended. `settings` are added to its kith.toml."""
    free = [f"127.0.0.1:{port}" for port in free_ports(2)]
    found = KithUp(a_folder(place / name), pages or free[0], free[1])
    file = found.data.settings
    said = file.read_text(encoding="utf-8").replace("127.0.0.1:0", found.pages)
    file.write_text(f'{said}\n[watch]\naddress = "{found.operations}"\n{settings}', encoding="utf-8")
    try:
        yield found
    except BaseException as error:
        error.add_note(found.last_words)
        raise
    finally:
        await _clear(found)


@asynccontextmanager
async def a_co_op_up(*, settings: str = "") -> AsyncIterator[KithUp]:
    """A co-op that is ready, and whose end leaves no process behind."""
    async with a_place() as place, a_co_op(place, settings=settings) as co_op:
        await co_op.start()
        await co_op.ready()
        yield co_op
        code, _ = await co_op.end()
        assert code == 0, co_op.last_words
        assert co_op.left() == []


async def until(so: Callable[[], bool], seconds: float, otherwise: str) -> None:
    """Waits for it; `otherwise` says what did not come."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, otherwise
        await asyncio.sleep(0.02)


async def _clear(co_op: KithUp) -> None:
    """After a test that failed in the middle: in order if it still can, and by force if not."""
    with suppress(AssertionError):
        await co_op.end()
    for pid in co_op.left():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    with suppress(AssertionError):
        await until(lambda: co_op.left() == [], 5, "gone")
