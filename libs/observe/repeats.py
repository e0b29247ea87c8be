"""Limits how often the same thing is said: what somebody outside can cause must not fill a log."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

_MAX_KINDS = 1000


@dataclass
class _KindCount:
    since: float
    admitted: int = 0
    left_out: int = 0


class RepeatLimiter:
    """Admits the first `limit` of a kind in each window of so many seconds, and counts the rest."""

    def __init__(self, limit: int = 5, window_seconds: float = 60.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._window = window_seconds
        self._monotonic = monotonic
        self._kinds: OrderedDict[Hashable, _KindCount] = OrderedDict()

    def admit(self, kind: Hashable) -> int | None:
        """How many of this kind were left out since the last that was admitted; None if this one is to be left out too."""
        now = self._monotonic()
        state = self._kinds.setdefault(kind, _KindCount(now))
        self._kinds.move_to_end(kind)
        if len(self._kinds) > _MAX_KINDS:
            self._kinds.popitem(last=False)
        if now - state.since >= self._window:
            state.since, state.admitted = now, 0
        if state.admitted >= self._limit:
            state.left_out += 1
            return None
        state.admitted += 1
        left_out, state.left_out = state.left_out, 0
        return left_out
