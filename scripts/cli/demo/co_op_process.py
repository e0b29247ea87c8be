"""Runs `kith up` for each co-op of the demonstration as a process of its own.

The processes are forked from one server process that has loaded the services' code once: loading it takes most of a start.
"""

import asyncio
import contextlib
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import sys
from collections import deque
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from scripts.cli.console import CommandError, ExitCode

_UP_SECONDS = 60.0
_STOP_SECONDS = 60.0
_OUTPUT_LINES = 40
_LOG_LINES = 10
_CONTEXT = multiprocessing.get_context("forkserver")


def start_server_process() -> None:
    """Starts the process from which the co-ops are forked; it loads their code meanwhile."""
    _CONTEXT.set_forkserver_preload(["scripts.cli.demo.preload"])
    multiprocessing.forkserver.ensure_running()


class CoOpProcess:
    """The process of one co-op. Its output is kept in memory only, because it contains a sign-in link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._output: deque[str] = deque(maxlen=_OUTPUT_LINES)
        self._up = asyncio.Event()
        self._exited = asyncio.Event()
        self._killed = False
        self._process: ForkServerProcess
        self._reading: asyncio.Task[None]

    async def launch(self) -> None:
        """Starts the process, the first time or after a kill."""
        self._up.clear()
        self._exited.clear()
        reader, writer = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_run_up, args=(str(self.folder), writer))
        await asyncio.to_thread(self._process.start)
        writer.close()
        self._killed = False
        self._reading = asyncio.create_task(self._read(reader))
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._note_exit)

    async def wait_until_up(self) -> None:
        """Waits until the co-op reports that it is up. Raises CommandError if it exits first or does not report in time."""
        ready, exited = asyncio.create_task(self._up.wait()), asyncio.create_task(self._exited.wait())
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
        await self._exited.wait()

    async def wait_until_exited(self) -> None:
        """Waits until the process exits by itself."""
        while True:
            await self._exited.wait()
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
        if not self._exited.is_set():
            self._process.terminate()
            try:
                await asyncio.wait_for(self._exited.wait(), _STOP_SECONDS)
            except TimeoutError:
                self._process.kill()
                await self._exited.wait()
        await self._reading

    @property
    def recent_output(self) -> str:
        """The last lines of its output and of its log."""
        try:
            log = (self.folder / "log" / "kith.log").read_text(encoding="utf-8").splitlines()[-_LOG_LINES:]
        except OSError:
            log = []
        return "\n".join(f"    {line}" for line in [*self._output, *log])

    def _note_exit(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        self._exited.set()

    async def _read(self, pipe: Connection) -> None:
        stream = asyncio.StreamReader()
        with os.fdopen(os.dup(pipe.fileno()), "rb", buffering=0) as file, pipe:
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), file)
            async for line in stream:
                text = line.decode(errors="replace").rstrip()
                self._output.append(text)
                if " is up after " in text:
                    self._up.set()
            transport.close()


def _run_up(folder: str, output: Connection) -> None:
    """`kith up` in the forked process, with both outputs in the pipe."""
    # In its own session, so that Ctrl-C reaches only the demonstration, which then stops it.
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor in (1, 2):
        os.dup2(output.fileno(), descriptor)
    output.close()
    # The streams of before remember what they wrote to: a file, a terminal or nothing.
    sys.stdout = sys.stderr = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115 - a descriptor, to the end
    from scripts.cli.main import main

    sys.exit(main(["up", folder]))
