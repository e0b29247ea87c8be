"""Processes of Kith that are forked from one that has imported everything: a start costs a third of a second of work, and not four.

What a test wants to see of the imports themselves, it starts as people do.
"""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from services.topology import SERVICE_NAMES

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        *(f"services.{name}.{module}" for name in SERVICE_NAMES for module in ("settings", "component")),
        *("grpc.aio", "libs.host.process", "services.instance", "scripts.cli.bootstrap", "scripts.cli.up", "scripts.cli.main"),
        *("tests.support.killable_process", __name__),
    ]
)
_PAUSE_SECONDS = 0.02


class ForkedKith:
    """`kith` with these arguments, in a process of its own; used like a process of asyncio."""

    def __init__(self, arguments: Sequence[str], folder: Path, log: Path) -> None:
        self._process = FORKS.Process(target=_run_kith, args=(tuple(arguments), folder, log))

    async def start(self) -> None:
        await asyncio.to_thread(self._process.start)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def wait(self) -> int:
        while self._process.exitcode is None:
            await asyncio.sleep(_PAUSE_SECONDS)
        return self._process.exitcode


def redirect_output(log: Path) -> None:
    """What this process prints goes to the end of that file."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)


def _run_kith(arguments: Sequence[str], folder: Path, log: Path) -> None:
    """In the other process. Raises SystemExit with what `kith` returns."""
    from scripts.cli.main import main

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    redirect_output(log)
    os.chdir(folder)
    raise SystemExit(int(main(arguments)))
