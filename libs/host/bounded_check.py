"""A check that always answers in time: what it looks at may hang."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

ANSWER_SECONDS = 1.5
FRESH_SECONDS = 1.0
"""A result so young is given again: anybody may ask, as often as they like."""
GIVE_UP_SECONDS = 15.0


class BoundedCheck(Generic[T]):
    """Runs one check at a time, however many ask. Where it fails or takes longer than 1.5 s, the result is `otherwise`."""

    def __init__(self, check: Callable[[], Awaitable[T]], otherwise: T) -> None:
        self._check = check
        self._otherwise = otherwise
        self._task: asyncio.Task[T] | None = None
        self._began = 0.0

    async def result(self) -> T:
        task = self._current_task()
        # The task is not cancelled: cancelling waits for the very thing that does not answer.
        await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        if not task.done() or task.cancelled() or task.exception() is not None:
            return self._otherwise
        return task.result()

    def _current_task(self) -> asyncio.Task[T]:
        age = time.monotonic() - self._began
        if self._task is not None and age < (FRESH_SECONDS if self._task.done() else GIVE_UP_SECONDS):
            return self._task
        if self._task is not None:
            self._task.cancel()
        self._began = time.monotonic()
        self._task = asyncio.ensure_future(self._check())
        return self._task

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
