"""Runs `kith up` for each co-op of the demonstration as a child process."""

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
_OUTPUT_LINES = 40
_LOG_LINES = 10


class CoOpProcess:
    """The process of one co-op. Its output is kept in memory only, because it contains a sign-in link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._output: deque[str] = deque(maxlen=_OUTPUT_LINES)
        self._up = asyncio.Event()
        self._killed = False
        self._process: Process
        self._reading: asyncio.Task[None]

    @classmethod
    async def start(cls, folder: Path) -> "CoOpProcess":
        child = cls(folder)
        await child.launch()
        return child

    async def launch(self) -> None:
        """Starts the process, the first time or after a kill."""
        self._up.clear()
        # In its own session, so that Ctrl-C reaches only the demonstration, which then stops it.
        command = (sys.executable, "-c", _RUN, "up", str(self.folder))
        self._process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True)
        self._killed = False
        self._reading = asyncio.create_task(self._read(self._process))

    async def wait_until_up(self) -> None:
        """Waits until the co-op reports that it is up. Raises CommandError if it exits first or does not report in time."""
        ready, exited = asyncio.create_task(self._up.wait()), asyncio.create_task(self._process.wait())
        try:
            await asyncio.wait((ready, exited), timeout=_UP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
            exited.cancel()
        if not self._up.is_set():
            what = f"{self.folder.name} did not start."
            raise CommandError(what, "See above.", f"Look at {self.folder / 'log'}.", ExitCode.UNAVAILABLE)

    async def kill(self) -> None:
        """Kills the process at once, as a power cut would."""
        self._killed = True
        self._process.kill()
        await self._process.wait()

    async def wait_until_exited(self) -> None:
        """Waits until the process exits by itself."""
        while True:
            await self._process.wait()
            if not self._killed:
                return
            while self._killed:
                await asyncio.sleep(0.1)

    async def stop(self) -> None:
        """Terminates the process and waits until it has stopped its services, NATS and PostgreSQL in order."""
        if self._killed:
            # Its servers survive a kill; only its next start takes control of them again.
            await self.launch()
            with contextlib.suppress(CommandError):
                await self.wait_until_up()
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
            except TimeoutError:
                os.kill(self._process.pid, signal.SIGKILL)
                await self._process.wait()
        await self._reading

    @property
    def recent_output(self) -> str:
        """The last lines of its output and of its log."""
        try:
            log = (self.folder / "log" / "kith.log").read_text(encoding="utf-8").splitlines()[-_LOG_LINES:]
        except OSError:
            log = []
        return "\n".join(f"    {line}" for line in [*self._output, *log])

    async def _read(self, process: Process) -> None:
        if process.stdout is None:
            return
        async for line in process.stdout:
            text = line.decode(errors="replace").rstrip()
            self._output.append(text)
            if " is up after " in text:
                self._up.set()
