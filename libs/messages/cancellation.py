"""Ending tasks for good.

NATS' client turns a cancellation during a publish into an error of its own, or swallows it, and so does `asyncio.wait_for` before Python
3.12 when what it waited for comes at the same moment. A driver of a database may report one as a broken connection. What goes on after
that never ends: a stopping process waits for it until it is killed, and a relay continues after losing leadership.
"""

import asyncio
from typing import Any

_AGAIN_SECONDS = 1.0
"""Long enough for what ends by itself to give its connection back."""


def raise_if_cancelled() -> None:
    """Raises CancelledError when this task was cancelled; for loops that catch whatever fails and go on."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def cancel_until_done(*tasks: asyncio.Future[Any]) -> None:
    """Cancels each again and again until it has ended. What they raised is not raised here; a result is kept."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
