"""The demonstration's own `kith up`, as a process beside it."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from pathlib import Path

from scripts.cli.console import CommandError, ExitCode

_RUN = "import sys; from scripts.cli.main import main; sys.exit(main())"
_STOP_SECONDS = 60.0


class Child:
    """A co-op being started, up, or gone. What it says is kept in memory only: there is a sign-in link in it."""

    def __init__(self, process: Process, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._said: deque[str] = deque(maxlen=40)
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def begin(cls, folder: Path) -> "Child":
        # In a session of its own, so that Ctrl-C reaches the demonstration alone, which then stops it.
        command = (sys.executable, "-c", _RUN, "up", str(folder))
        process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True)
        return cls(process, folder)

    async def up(self) -> None:
        """When it answers and is founded: the founding's paper is used up then. Raises CommandError when it ends before."""
        while (self._folder / "founding.toml").exists():
            if self._process.returncode is not None:
                await self._reading
                raise CommandError("The co-op did not start.", "See above.", f"Look at {self._folder / 'log'}.", ExitCode.UNAVAILABLE)
            await asyncio.sleep(0.02)

    async def gone(self) -> None:
        await self._process.wait()

    async def stop(self) -> None:
        """Ends it and waits until it has; it stops its services, NATS and PostgreSQL in order."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await self._reading

    @property
    def last_words(self) -> str:
        """What it said last, and the end of its log."""
        try:
            log = (self._folder / "log" / "kith.log").read_text(encoding="utf-8").splitlines()[-10:]
        except OSError:
            log = []
        return "\n".join(f"    {line}" for line in [*self._said, *log])

    async def _read(self) -> None:
        if self._process.stdout is not None:
            async for line in self._process.stdout:
                self._said.append(line.decode(errors="replace").rstrip())
