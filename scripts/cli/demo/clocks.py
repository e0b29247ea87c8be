"""Moves the demonstration's clocks, all at once: co-ops compare clocks and distrust one that differs."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from libs.refusals import FailedPrecondition, NotAllowed, NotFound
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.retry import retry

T = TypeVar("T")

CLOCK_FILE = "clock-offset"
BEGINS_BEFORE = timedelta(days=60)
"""A demonstration begins in the past and takes some fifty days of its own time. So its votes are over by anybody's clock when it ends."""
_MORNING = time(8, 5)
_REST = timedelta(hours=12)
"""The law gives a worker eleven hours between two days of work."""
_CLOCK_POLL_SECONDS = 0.26
"""A co-op reads its clock file four times a second."""


class DemoClocks:
    """The clock files of the demonstration's co-ops, which always hold the same offset."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files

    def set_back(self) -> None:
        """Sets every clock to where a demonstration begins; only before its co-ops start."""
        self._write(-int(BEGINS_BEFORE.total_seconds()))

    async def advance_past(self, moment: Timestamp, beyond: timedelta = timedelta(hours=1)) -> None:
        """Moves every clock to `beyond` after the moment. Clocks never go back."""
        await self.advance_to(moment.ToDatetime(tzinfo=UTC) + beyond)

    async def advance_to(self, target: datetime) -> None:
        """Moves every clock to the moment, unless it is over."""
        seconds = max(int((target - datetime.now(UTC)).total_seconds()), *map(_seconds, self._files))
        self._write(seconds)
        await asyncio.sleep(_CLOCK_POLL_SECONDS)

    def _write(self, seconds: int) -> None:
        for file in self._files:
            file.with_suffix(".new").write_text(f"{seconds}\n", encoding="ascii")
        for file in self._files:
            file.with_suffix(".new").replace(file)


def next_morning(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first morning, soon after eight, at which who worked until this moment has slept: from then on a whole day lies ahead."""
    local = (moment + _REST).astimezone(zone)
    days = 0 if local.time() < _MORNING else 1
    return datetime.combine(local.date() + timedelta(days=days), _MORNING, zone)


def local_now(connection: Connection) -> datetime:
    """Now, by the co-op's clock and in its zone."""
    return connection.now().astimezone(connection.instance.co_op.zone)


async def once_heard(call: Callable[[], Awaitable[T]], not_heard_yet: Collection[str], awaited: str) -> T:
    """Calls again for as long as it is refused because a service has not heard of what another one has done."""

    async def attempt() -> T | None:
        try:
            return await call()
        except (FailedPrecondition, NotAllowed, NotFound) as refusal:
            if refusal.reason not in not_heard_yet:
                raise
            return None

    return await poll_until(attempt, awaited=awaited)


def _seconds(file: Path) -> int:
    return int(file.read_text(encoding="ascii"))


async def poll_until(attempt: Callable[[], Awaitable[T | None]], seconds: float = 30.0, awaited: str = "an answer") -> T:
    """Repeats the attempt until it returns a value. Raises CommandError after `seconds`."""
    loop = asyncio.get_running_loop()
    deadline, wait = loop.time() + seconds, 0.03
    while True:
        result = await retry(attempt)
        if result is not None:
            return result
        if loop.time() > deadline:
            what = f"The demonstration waits in vain for {awaited}."
            raise CommandError(what, f"Nothing came in {seconds:.0f} s.", "Look at the logs in its folders.", ExitCode.UNAVAILABLE)
        await asyncio.sleep(wait)
        wait = min(wait * 1.3, 0.25)
