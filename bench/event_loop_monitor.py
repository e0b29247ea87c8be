"""Monitors an event loop: how late it runs, and what blocks it for longer than 100 ms.

A timer of its own fires every 5 ms; the host's health check measures the lag only four times a second and would miss most of a stall. A
second thread samples the stack of the loop's thread while it is blocked.
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

INTERVAL_SECONDS = 0.005
STALL_SECONDS = 0.1
_SAMPLE_SECONDS = 0.01
_DEPTH = 6
_LOOP_FILES = ("asyncio/events.py", "asyncio/base_events.py", "asyncio/runners.py")


@dataclass(frozen=True)
class PhaseReport:
    """What the monitor saw in one phase."""

    worst_lag: float
    """Seconds."""
    late_turns: int
    """How often the loop was more than 20 ms late."""
    stalls: int
    """How often it was more than 100 ms late."""
    longest_collection: float
    """Seconds of the longest garbage collection, which blocks every thread."""
    stall_locations: Mapping[str, int]
    """Where the loop was blocked, with the number of samples there; one sample every 10 ms."""


class EventLoopMonitor:
    """Measures the loop in which `run` is scheduled; `take_report` ends a phase."""

    def __init__(self) -> None:
        self._last_turn = time.monotonic()
        self._stall_locations: Counter[str] = Counter()
        self._lags: list[float] = []
        self._collections: list[float] = []
        self._collection_started = 0.0
        gc.callbacks.append(self._on_collection)

    async def run(self) -> None:
        threading.Thread(target=self._sample_stacks, args=(threading.get_ident(),), daemon=True, name="watch").start()
        while True:
            self._last_turn = time.monotonic()
            await asyncio.sleep(INTERVAL_SECONDS)
            self._lags.append(time.monotonic() - self._last_turn - INTERVAL_SECONDS)

    def take_report(self) -> PhaseReport:
        """Returns what was measured since the last report."""
        lags, stall_locations, collections = self._lags, self._stall_locations, self._collections
        self._lags, self._stall_locations, self._collections = [], Counter(), []
        late_turns, stalls = (sum(lag > limit for lag in lags) for limit in (0.02, STALL_SECONDS))
        return PhaseReport(max(lags, default=0.0), late_turns, stalls, max(collections, default=0.0), dict(stall_locations.most_common(10)))

    def _on_collection(self, when: str, _: dict[str, Any]) -> None:
        now = time.monotonic()
        if when == "start":
            self._collection_started = now
        else:
            self._collections.append(now - self._collection_started)

    def _sample_stacks(self, loop: int) -> None:
        while True:
            time.sleep(_SAMPLE_SECONDS)
            frame = sys._current_frames().get(loop)  # noqa: SLF001 - the only way to see another thread's stack
            if time.monotonic() - self._last_turn > STALL_SECONDS and frame is not None:
                self._stall_locations[_describe_stack(traceback.extract_stack(frame))] += 1


def _describe_stack(stack: traceback.StackSummary) -> str:
    """The innermost calls, without the loop's own."""
    frames = [frame for frame in stack if not frame.filename.endswith(_LOOP_FILES)]
    return " > ".join(f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.name}" for frame in frames[-_DEPTH:])
