"""What time it is. Edges ask a clock and hand `now` down; nothing below an edge reads one.

`Shifted` exists for tests and demonstration folders only, and every page then says so.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

JUMP = timedelta(seconds=60)
"""A wall clock this far from the machine's own count of seconds has been set, not kept."""


class Clock(Protocol):
    """Tells the time in UTC, and whether it can be believed."""

    def now(self) -> datetime: ...

    def jumped(self) -> timedelta:
        """How far the clock was set forwards (or back) since the process began; zero when it only ran."""
        ...

    def offset(self) -> timedelta:
        """How far this clock is shifted on purpose."""
        ...


class System:
    """The machine's clock, watched against its count of seconds since boot (which nobody can set)."""

    def __init__(self) -> None:
        self._wall = datetime.now(UTC)
        self._boot = time.clock_gettime(time.CLOCK_BOOTTIME)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def jumped(self) -> timedelta:
        ran = timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME) - self._boot)
        drift = self.now() - self._wall - ran
        return drift if abs(drift) > JUMP else timedelta(0)

    def offset(self) -> timedelta:
        return timedelta(0)


class Fixed:
    """Stands still until told: for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def jumped(self) -> timedelta:
        return timedelta(0)

    def offset(self) -> timedelta:
        return timedelta(0)


class Shifted:
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
