"""One server process: started by this Kith, or taken over from an earlier Kith that was killed.

The process has its own session, so that Ctrl-C at the terminal reaches Kith alone and Kith decides the order of stopping.
It is watched through a pidfd, which keeps naming this process even if its id is reused.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from libs.host.backing.processes import command_line_of, find_processes, is_running
from libs.host.backing.service_account import strip_drop_privileges

LOG_LIMIT = 10 * 1024 * 1024
POLL = 0.1


class ServerProcess:
    """A watched process. Created by `start` or `adopt`, inside a running event loop."""

    def __init__(self, pid: int, popen: subprocess.Popen[bytes] | None) -> None:
        self.pid = pid
        self._popen = popen
        self._has_ended = asyncio.Event()
        self._pidfd: int | None = None
        self._polling: asyncio.Task[None] | None = None
        try:
            self._pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._on_end()
        except OSError:
            # A container may forbid pidfds; then polling finds out that it has ended.
            self._polling = asyncio.create_task(self._poll())
        else:
            asyncio.get_running_loop().add_reader(self._pidfd, self._on_end)

    @classmethod
    def start(cls, argv: Sequence[str], *, log: Path, environment: Mapping[str, str], directory: Path) -> Self:
        """Start a command whose output goes to the end of a log file; raises OSError when it cannot be started."""
        with log.open("ab") as out:
            popen = subprocess.Popen(  # noqa: S603 -- the command is built here and in its callers, never from input
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=directory, env=dict(environment), start_new_session=True
            )
        return cls(popen.pid, popen)

    @classmethod
    def adopt(cls, pid: int) -> Self:
        """Watch a process that an earlier Kith started."""
        return cls(pid, None)

    @property
    def alive(self) -> bool:
        """Whether the process is still running, as far as the event loop knows."""
        return not self._has_ended.is_set()

    @property
    def exit_code(self) -> int | None:
        """The exit code (negative: the signal) of an ended process that this Kith started; otherwise None."""
        return self._popen.returncode if self._popen is not None else None

    async def wait(self) -> None:
        """Wait until the process has ended."""
        await self._has_ended.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if not self.alive:
            return
        with suppress(ProcessLookupError):
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, number)
            else:
                os.kill(self.pid, number)

    async def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal in turn and wait the given seconds after each; send SIGKILL if none ended the process."""
        for number, seconds in steps:
            self.send_signal(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_ended.wait(), seconds)
                return
        self.send_signal(signal.SIGKILL)
        await self._has_ended.wait()

    def _on_end(self) -> None:
        if self._pidfd is not None:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None
        if self._popen is not None:
            self._popen.wait()
        self._has_ended.set()

    async def _poll(self) -> None:
        while self._is_running():
            await asyncio.sleep(POLL)
        self._has_ended.set()

    def _is_running(self) -> bool:
        return self._popen.poll() is None if self._popen is not None else is_running(self.pid)


async def find_leftover_processes(matches: Callable[[tuple[str, ...]], bool]) -> list[ServerProcess]:
    """Return the processes whose command line matches; checked twice, so that none is a stranger under a reused id."""

    def matches_server(argv: tuple[str, ...]) -> bool:
        return matches(strip_drop_privileges(argv))

    processes = [ServerProcess.adopt(pid) for pid in await asyncio.to_thread(find_processes, matches_server)]
    return [process for process in processes if matches_server(command_line_of(process.pid))]


def rotate_log(log: Path) -> None:
    """Rename a log file larger than 10 MB to `<name>.1`, replacing the previous one."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))


def last_log_lines(log: Path) -> str:
    """Return the last lines of a log file, for a message about why a server ended."""
    with suppress(OSError), log.open("rb") as text:
        text.seek(max(0, log.stat().st_size - 600))
        return " / ".join(text.read().decode(errors="replace").splitlines()[-3:])
    return ""
