"""One server process, started by this Kith or taken over from one that was killed.

The process has a session of its own, so that Ctrl-C at the terminal reaches Kith alone and Kith decides the order of the end.
It is watched through a pidfd, which stays this process whatever becomes of its number.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from libs.host.backing.account import without_descent
from libs.host.backing.running import command_of, lives, running

LOG_LIMIT = 10 * 1024 * 1024
POLL = 0.1


class Child:
    """A process that is watched. Made by `begin` or `adopt`, inside a running event loop."""

    def __init__(self, pid: int, born: subprocess.Popen[bytes] | None) -> None:
        self.pid = pid
        self._born = born
        self._gone = asyncio.Event()
        self._pidfd: int | None = None
        self._polling: asyncio.Task[None] | None = None
        try:
            self._pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._ended()
        except OSError:
            # A container may forbid pidfds; then its end is found by asking.
            self._polling = asyncio.create_task(self._poll())
        else:
            asyncio.get_running_loop().add_reader(self._pidfd, self._ended)

    @classmethod
    def begin(cls, argv: Sequence[str], *, log: Path, environment: Mapping[str, str], directory: Path) -> Self:
        """Start a command whose output goes to the end of a log file; raises OSError when it cannot be started."""
        with log.open("ab") as out:
            born = subprocess.Popen(  # noqa: S603 -- the command is built here and in its callers, never from input
                argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=directory, env=dict(environment), start_new_session=True
            )
        return cls(born.pid, born)

    @classmethod
    def adopt(cls, pid: int) -> Self:
        """Watch a process that an earlier Kith started."""
        return cls(pid, None)

    @property
    def alive(self) -> bool:
        """Whether the process is still there, as far as the event loop has heard."""
        return not self._gone.is_set()

    @property
    def code(self) -> int | None:
        """The exit code (negative: the signal) of an ended process that this Kith started, otherwise None."""
        return self._born.returncode if self._born is not None else None

    async def ended(self) -> None:
        """Wait for the end of the process."""
        await self._gone.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; to an ended process, nothing."""
        if not self.alive:
            return
        with suppress(ProcessLookupError):
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, number)
            else:
                os.kill(self.pid, number)

    async def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal in turn, waiting so many seconds after it, and SIGKILL if none of them did."""
        for number, seconds in steps:
            self.send(number)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gone.wait(), seconds)
                return
        self.send(signal.SIGKILL)
        await self._gone.wait()

    def _ended(self) -> None:
        if self._pidfd is not None:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None
        if self._born is not None:
            self._born.wait()
        self._gone.set()

    async def _poll(self) -> None:
        while self._still_there():
            await asyncio.sleep(POLL)
        self._gone.set()

    def _still_there(self) -> bool:
        return self._born.poll() is None if self._born is not None else lives(self.pid)


async def left_running(wanted: Callable[[tuple[str, ...]], bool]) -> list[Child]:
    """Return the processes whose command line is wanted, watched; asked twice, so that none is a stranger under a reused number."""

    def fits(argv: tuple[str, ...]) -> bool:
        return wanted(without_descent(argv))

    found = [Child.adopt(pid) for pid in await asyncio.to_thread(running, fits)]
    return [child for child in found if fits(command_of(child.pid))]


def turn_over(log: Path) -> None:
    """Put a log file that has grown beyond 10 MB aside as `<name>.1`, in the place of the one before it."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))


def last_words(log: Path) -> str:
    """Return the last lines of a log file, for a sentence about why a server ended."""
    with suppress(OSError), log.open("rb") as text:
        text.seek(max(0, log.stat().st_size - 600))
        return " / ".join(text.read().decode(errors="replace").splitlines()[-3:])
    return ""
