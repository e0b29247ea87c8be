"""What one service states takes a moment to reach the next, and a demonstration's clock is looked at four times a second."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from libs.refusals import Elsewhere, NotAllowed, NotNow, NotSignedIn

T = TypeVar("T")

_SOON = {"HAT_NEEDED", "TOKEN_EXPIRED", "SOURCE_AWAY", "BALLOT_NOT_OPEN", "RULEBOOK_NOT_ADOPTED", "DECISION_UNKNOWN", "IDENTITY_NOT_READY"}


async def patiently(attempt: Callable[[], Awaitable[T]], seconds: float = 5.0) -> T:
    """Tries again what is refused for a reason that may pass by itself. Raises the last refusal when it did not."""
    loop = asyncio.get_running_loop()
    until, wait = loop.time() + seconds, 0.02
    while True:
        try:
            return await attempt()
        except (Elsewhere, NotAllowed, NotNow, NotSignedIn) as refusal:
            if refusal.reason not in _SOON or loop.time() > until:
                raise
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, 0.5)
