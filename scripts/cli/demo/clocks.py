"""Moves the demonstration's clocks, all at once: co-ops compare clocks and distrust one that differs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.retry import retry

T = TypeVar("T")

CLOCK_FILE = "clock-offset"
BEGINS_BEFORE = timedelta(days=60)
"""A demonstration begins in the past and takes some fifty days of its own time. So its votes are over by anybody's clock when it ends."""
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
        target = moment.ToDatetime(tzinfo=UTC) + beyond
        seconds = max(int((target - datetime.now(UTC)).total_seconds()), *map(_seconds, self._files))
        self._write(seconds)
        await asyncio.sleep(_CLOCK_POLL_SECONDS)

    def _write(self, seconds: int) -> None:
        for file in self._files:
            file.with_suffix(".new").write_text(f"{seconds}\n", encoding="ascii")
        for file in self._files:
            file.with_suffix(".new").replace(file)


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
