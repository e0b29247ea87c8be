"""Clocks. RPC servers, jobs and consumers read a clock and pass `now` down; code below them never reads one.

`ShiftedClock` exists for tests and demonstration folders only; every page then says so.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

JUMP_THRESHOLD = timedelta(seconds=60)
"""A wall clock that differs this much from the machine's count of seconds since boot has been changed."""


class Clock(Protocol):
    """Tells the time in UTC, and whether it can be trusted."""

    def now(self) -> datetime: ...

    def jumped(self) -> timedelta:
        """How far the clock was set forwards (or back) since the process started; zero when it was not set."""
        ...

    def offset(self) -> timedelta:
        """How far this clock is deliberately shifted."""
        ...


class SystemClock:
    """The machine's clock, checked against its count of seconds since boot (which nobody can set)."""

    def __init__(self) -> None:
        self._wall = datetime.now(UTC)
        self._boot = time.clock_gettime(time.CLOCK_BOOTTIME)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def jumped(self) -> timedelta:
        elapsed = timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME) - self._boot)
        drift = self.now() - self._wall - elapsed
        return drift if abs(drift) > JUMP_THRESHOLD else timedelta(0)

    def offset(self) -> timedelta:
        return timedelta(0)


class FixedClock:
    """A clock that stands still until it is set: for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def jumped(self) -> timedelta:
        return timedelta(0)

    def offset(self) -> timedelta:
        return timedelta(0)


class ShiftedClock:
    """Another clock, moved by an offset that a demonstration may change while it runs."""

    def __init__(self, clock: Clock, by: timedelta = timedelta(0)) -> None:
        self._clock = clock
        self.by = by

    def now(self) -> datetime:
        return self._clock.now() + self.by

    def jumped(self) -> timedelta:
        return self._clock.jumped()

    def offset(self) -> timedelta:
        return self.by
