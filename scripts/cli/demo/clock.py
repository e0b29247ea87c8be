"""Moving the demonstration's clocks, all at one moment: co-ops compare theirs, and one that is off is not believed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.patience import patiently

T = TypeVar("T")

_LOOKED_AT = 0.26
"""A co-op looks at its clock file four times a second."""


class Clocks:
    """The clock files of the demonstration's co-ops, which always say the same."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files

    async def to(self, moment: Timestamp, beyond: timedelta = timedelta(hours=1)) -> None:
        """Moves every clock to so long after the moment. Clocks never go back."""
        wanted = moment.ToDatetime(tzinfo=UTC) + beyond
        seconds = max(int((wanted - datetime.now(UTC)).total_seconds()), *map(_seconds, self._files))
        for file in self._files:
            file.with_suffix(".new").write_text(f"{seconds}\n", encoding="ascii")
        for file in self._files:
            file.with_suffix(".new").replace(file)
        await asyncio.sleep(_LOOKED_AT)


def _seconds(file: Path) -> int:
    return int(file.read_text(encoding="ascii"))


async def until(attempt: Callable[[], Awaitable[T | None]], seconds: float = 30.0, awaited: str = "an answer") -> T:
    """Asks again until there is an answer. Raises CommandError when there is none in time."""
    loop = asyncio.get_running_loop()
    end, wait = loop.time() + seconds, 0.03
    while True:
        found = await patiently(attempt)
        if found is not None:
            return found
        if loop.time() > end:
            what = f"The demonstration waits in vain for {awaited}."
            raise CommandError(what, f"Nothing came in {seconds:.0f} s.", "Look at the logs in its folders.", ExitCode.UNAVAILABLE)
        await asyncio.sleep(wait)
        wait = min(wait * 1.3, 0.25)
