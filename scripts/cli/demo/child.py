"""The demonstration's own `kith up`, one for each co-op, as processes beside it."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from pathlib import Path

from scripts.cli.console import CommandError, ExitCode

_RUN = "import sys; from scripts.cli.main import main; sys.exit(main())"
_UP_SECONDS = 60.0
_STOP_SECONDS = 60.0
_KEPT_LINES = 40
_LOG_LINES = 10


class Child:
    """A co-op being started, up, killed or gone. What it says is kept in memory only: there is a sign-in link in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._said: deque[str] = deque(maxlen=_KEPT_LINES)
        self._up = asyncio.Event()
        self._killed = False
        self._process: Process
        self._reading: asyncio.Task[None]

    @classmethod
    async def begin(cls, folder: Path) -> "Child":
        child = cls(folder)
        await child.again()
        return child

    async def again(self) -> None:
        """Starts it, the first time or after it was killed."""
        self._up.clear()
        # In a session of its own, so that Ctrl-C reaches the demonstration alone, which then stops it.
        command = (sys.executable, "-c", _RUN, "up", str(self.folder))
        self._process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True)
        self._killed = False
        self._reading = asyncio.create_task(self._read(self._process))

    async def up(self) -> None:
        """When it has said that it answers. Raises CommandError when it ends before, or says nothing."""
        ready, gone = asyncio.create_task(self._up.wait()), asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait((ready, gone), timeout=_UP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
            gone.cancel()
        if not self._up.is_set():
            what = f"{self.folder.name} did not start."
            raise CommandError(what, "See above.", f"Look at {self.folder / 'log'}.", ExitCode.UNAVAILABLE)

    async def kill(self) -> None:
        """At once and without a word, as a power cut does."""
        self._killed = True
        self._process.kill()
        await self._process.wait()

    async def gone(self) -> None:
        """When it ended by itself."""
        while True:
            await self._process.wait()
            if not self._killed:
                return
            while self._killed:
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Ends it and waits until it has; it stops its services, NATS and PostgreSQL in order."""
        if self._killed:
            # Its servers outlive a kill; only its next start takes them in hand again.
            await self.again()
            with contextlib.suppress(CommandError):
                await self.up()
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
            except TimeoutError:
                os.kill(self._process.pid, signal.SIGKILL)
                await self._process.wait()
        await self._reading

    @property
    def last_words(self) -> str:
        """What it said last, and the end of its log."""
        try:
            log = (self.folder / "log" / "kith.log").read_text(encoding="utf-8").splitlines()[-_LOG_LINES:]
        except OSError:
            log = []
        return "\n".join(f"    {line}" for line in [*self._said, *log])

    async def _read(self, process: Process) -> None:
        if process.stdout is None:
            return
        async for line in process.stdout:
            said = line.decode(errors="replace").rstrip()
            self._said.append(said)
            if " is up after " in said:
                self._up.set()
