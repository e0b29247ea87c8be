"""A watch over an event loop: how late it turns, and who holds it for longer than 100 ms.

A beat of its own turns every 5 ms; the host's own measure (`libs/host/operations.Pulse`) looks four times a second and would see most
stalls only in part. A thread looks on from outside and catches whoever holds the loop in the act.
"""

import asyncio
import gc
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TURN_SECONDS = 0.005
STALL_SECONDS = 0.1
_LOOK_SECONDS = 0.01
_DEPTH = 6
_OF_THE_LOOP = ("asyncio/events.py", "asyncio/base_events.py", "asyncio/runners.py")


@dataclass(frozen=True)
class Report:
    """Of one phase."""

    worst: float
    """Seconds."""
    late: int
    """How often the loop was more than 20 ms late."""
    stalls: int
    """And more than 100 ms."""
    collecting: float
    """Seconds of the longest garbage collection, which holds everything."""
    caught: Mapping[str, int]
    """Where the loop was held then, with how often it was seen there, every 10 ms."""


class Watch:
    """`beat` in the loop to be watched. A phase ends when it is asked for."""

    def __init__(self) -> None:
        self._beat = time.monotonic()
        self._caught: Counter[str] = Counter()
        self._lags: list[float] = []
        self._collections: list[float] = []
        self._collecting_since = 0.0
        gc.callbacks.append(self._collect)

    async def beat(self) -> None:
        threading.Thread(target=self._look, args=(threading.get_ident(),), daemon=True, name="watch").start()
        while True:
            self._beat = time.monotonic()
            await asyncio.sleep(TURN_SECONDS)
            self._lags.append(time.monotonic() - self._beat - TURN_SECONDS)

    def phase(self) -> Report:
        """What was seen since the last one."""
        lags, caught, collections = self._lags, self._caught, self._collections
        self._lags, self._caught, self._collections = [], Counter(), []
        late, stalls = (sum(lag > limit for lag in lags) for limit in (0.02, STALL_SECONDS))
        return Report(max(lags, default=0.0), late, stalls, max(collections, default=0.0), dict(caught.most_common(10)))

    def _collect(self, when: str, _: dict[str, Any]) -> None:
        now = time.monotonic()
        if when == "start":
            self._collecting_since = now
        else:
            self._collections.append(now - self._collecting_since)

    def _look(self, loop: int) -> None:
        while True:
            time.sleep(_LOOK_SECONDS)
            frame = sys._current_frames().get(loop)  # noqa: SLF001 - there is no other way to see another thread's stack
            if time.monotonic() - self._beat > STALL_SECONDS and frame is not None:
                self._caught[_where(traceback.extract_stack(frame))] += 1


def _where(stack: traceback.StackSummary) -> str:
    """The innermost calls, without the loop's own."""
    told = [one for one in stack if not one.filename.endswith(_OF_THE_LOOP)]
    return " > ".join(f"{'/'.join(Path(one.filename).parts[-2:])}:{one.name}" for one in told[-_DEPTH:])
