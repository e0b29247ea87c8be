"""A search by the clock, which still can be repeated: it writes down how many iterations every temperature got."""

import time
from collections.abc import Callable, Iterator

from services.scheduling.engine.cooling import LEVELS

_CHUNK_SECONDS = 0.02
_FIRST_CHUNK = 50


class ClockPace:
    """Gives every level the same part of the seconds, counted from the first iteration."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.perf_counter) -> None:
        self._seconds, self._clock = seconds, clock
        self._start: float | None = None
        self._chunk = _FIRST_CHUNK

    def chunks(self, level: int) -> Iterator[int]:
        """At least one chunk, so that no temperature is left out."""
        if self._start is None:
            self._start = self._clock()
        end = self._start + self._seconds * (level + 1) / LEVELS
        now = self._clock()
        while True:
            yield self._chunk
            before, now = now, self._clock()
            if now >= end:
                return
            # The machine may be busy one moment and free the next: half a chunk up or down, towards what takes as long as it should.
            wanted = min(_CHUNK_SECONDS, (end - now) / 2)
            rate = self._chunk / max(now - before, 1e-6)
            self._chunk = max(_FIRST_CHUNK, min(int(rate * wanted), 2 * self._chunk))
