"""Runs a module of ours in a process of its own, for work that takes seconds: no request waits for it, and its memory goes with it.

The module gets a first line on its standard input, and writes lines of JSON; the last one is its result. While it runs it can be told
things, a line each. It has none of our settings and secrets, and ends with the block that started it. A process is started for each piece
of work, and not kept: an idle co-op pays nothing for it.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
"""Of the import path."""
_LONGEST_LINE = 64 * 1024 * 1024


class WorkerFailedError(Exception):
    """The process ended without having written a result."""


class WorkerProcess:
    """A module that runs apart."""

    def __init__(self, process: asyncio.subprocess.Process, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self._process, self._stdin, self._stdout = process, stdin, stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    async def messages(self) -> AsyncIterator[dict[str, Any]]:
        """Its lines as they come. Raises WorkerFailedError when it ends badly, or writes what is no JSON."""
        while line := await self._stdout.readline():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise WorkerFailedError("no JSON") from error
        if code := await self._process.wait():
            raise WorkerFailedError(f"exit status {code}")

    async def tell(self, line: str) -> None:
        """Does nothing when it has ended already."""
        with contextlib.suppress(ConnectionError):
            self._stdin.write(line.encode() + b"\n")
            await self._stdin.drain()


@asynccontextmanager
async def worker_process(module: str, first_line: str) -> AsyncIterator[WorkerProcess]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        cwd=_ROOT,
        env={},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        limit=_LONGEST_LINE,
    )
    try:
        if process.stdin is None or process.stdout is None:  # never: both are pipes
            raise WorkerFailedError("no pipes")
        worker = WorkerProcess(process, process.stdin, process.stdout)
        await worker.tell(first_line)
        yield worker
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
