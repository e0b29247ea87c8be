"""Background tasks: one that fails is logged, and all end with what started them."""

import asyncio
from collections.abc import Sequence

from libs.messages.cancellation import cancel_until_done
from libs.observe.logs import logger

LOG = logger("host")


async def cancel_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancels all, then waits until each has ended."""
    await cancel_until_done(*tasks)


def log_failure(task: asyncio.Task[None]) -> None:
    """For `add_done_callback`."""
    if not task.cancelled() and task.exception() is not None:
        LOG.error("task_died", task=task.get_name(), error=type(task.exception()).__name__)
