"""Moving the demonstration's clock, and waiting for what follows."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door
from scripts.cli.patience import patiently

T = TypeVar("T")


async def move_clock(door: Door, moment: datetime, beyond: timedelta) -> None:
    """Moves the co-op's clock to a time after `moment` (UTC). It looks four times a second."""
    seconds = int((moment.replace(tzinfo=UTC) + beyond - datetime.now(UTC)).total_seconds())
    file = door.instance.clock_file
    fresh = file.with_suffix(".new")
    fresh.write_text(f"{seconds}\n", encoding="ascii")
    fresh.replace(file)
    await asyncio.sleep(0.26)


async def until(attempt: Callable[[], Awaitable[T | None]], seconds: float = 10.0) -> T:
    """Asks again until there is an answer. Raises CommandError when there is none in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        found = await patiently(attempt)
        if found is not None:
            return found
        if loop.time() > end:
            raise CommandError(
                "The demonstration waits in vain.", f"Nothing came in {seconds:.0f} s.", "Look at its log.", ExitCode.UNAVAILABLE
            )
        await asyncio.sleep(0.05)
