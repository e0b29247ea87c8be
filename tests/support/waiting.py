"""Waiting in tests: for progress, and for quiet.

How long something takes says how busy the machine is, and nothing of the code. A test waits until it has happened, up to a limit that
only tells it never will; of the time it asserts what a busy machine keeps, too: an order, a count or a ratio.

await wait_until(lambda: poll.acknowledged >= 100, "ballots are taken")
await wait_until_quiet(count_peer_exchanges, seconds=3, most=2)
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

LIMIT_SECONDS = 120.0


async def wait_until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]],
    message: str = "it never happened",
    seconds: float = LIMIT_SECONDS,
    pause: float = 0.02,
) -> None:
    """Waits until the condition holds, looking again after each pause (in seconds). Raises AssertionError with the message if it never
    does.
    """
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if await result if inspect.isawaitable(result) else result:
            return
        assert time.monotonic() < end, message
        await asyncio.sleep(pause)


async def wait_until_quiet(count: Callable[[], float], *, seconds: float, most: float) -> None:
    """Waits for as many seconds in which the count grows by at most `most`. Raises AssertionError if it goes on without such a rest."""
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        before = count()
        await asyncio.sleep(seconds)
        if (grown := count() - before) <= most:
            return
        assert time.monotonic() < end, f"{grown} in {seconds} s, and no end to it"
