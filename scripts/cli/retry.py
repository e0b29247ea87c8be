"""Retries calls: an event takes a moment to reach the next service, and a demonstration's clock is read four times a second."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from libs.refusals import FailedPrecondition, NotAllowed, NotSignedIn, Unavailable

T = TypeVar("T")

_TRANSIENT_REASONS = {
    "HAT_NEEDED",
    "TOKEN_EXPIRED",
    "SOURCE_AWAY",
    "BALLOT_NOT_OPEN",
    "RULEBOOK_NOT_ADOPTED",
    "DECISION_UNKNOWN",
    "IDENTITY_NOT_READY",
}


async def retry(attempt: Callable[[], Awaitable[T]], seconds: float = 5.0) -> T:
    """Repeats an attempt that is refused for a transient reason. Raises the last refusal after `seconds`."""
    loop = asyncio.get_running_loop()
    deadline, wait = loop.time() + seconds, 0.02
    while True:
        try:
            return await attempt()
        except (Unavailable, NotAllowed, FailedPrecondition, NotSignedIn) as refusal:
            if refusal.reason not in _TRANSIENT_REASONS or loop.time() > deadline:
                raise
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, 0.5)
