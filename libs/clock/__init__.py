"""Clocks. RPC servers, jobs and consumers read a clock and pass `now` down; code below them never reads one.

`ShiftedClock` exists for tests and demonstration folders only; every page then says so.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from libs.clock import kernel_time

JUMP_THRESHOLD = timedelta(seconds=60)
"""A wall clock that differs this much from the machine's count of seconds since boot has been changed."""


MAX_AHEAD = timedelta(days=3)
"""A clock that nothing keeps right may be this far ahead of the last time Kith knew: a machine that was off over a weekend."""


class Clock(Protocol):
    """Tells the time in UTC, and whether it can be trusted."""

    def now(self) -> datetime: ...

    def jumped(self) -> timedelta:
        """How far the clock was set forwards (or back) since the process started; zero when it was not set."""
        ...

    def doubt(self) -> str:
        """Why nothing may be decided by this clock now, as an UPPER_SNAKE code; empty when it can be trusted."""
        ...

    def compare_with_peers(self, *, agree: bool | None) -> None:
        """What other co-ops' clocks say of this one; None when too few were heard lately."""
        ...

    def offset(self) -> timedelta:
        """How far this clock is deliberately shifted."""
        ...


class SystemClock:
    """The machine's clock, checked against its count of seconds since boot (which nobody can set) and against what Kith knew before.

    CLOCK_BEHIND   it is before the last event, or before the last time Kith knew
    CLOCK_AHEAD    it is more than `max_ahead` after the last time Kith knew, with nothing to confirm it
    CLOCK_JUMPED   it was set while Kith ran, with nothing to confirm it
    CLOCK_DIFFERS  it differs from other co-ops' clocks, and nothing keeps it right

    The kernel's NTP state or other co-ops' clocks confirm it; then it is trusted again without a restart. A clock that was put back is too.
    Nothing confirms a clock before the last event: what follows would be dated before what it follows from.
    `trusted`: a person has looked at the clock, and what Kith knew before does not count.
    """

    def __init__(
        self,
        *,
        max_ahead: timedelta = MAX_AHEAD,
        trusted: bool = False,
        is_synchronised: Callable[[], bool] = kernel_time.is_synchronised,
    ) -> None:
        self._max_ahead = max_ahead
        self._trusted = trusted
        self._is_synchronised = is_synchronised
        self._peers_agree: bool | None = None
        self._last_event: datetime | None = None
        # Between start and the first word of what Kith knew, only a change can be noticed.
        self._wall, self._boot = datetime.now(UTC), _seconds_since_boot()
        self._known: tuple[datetime, float] | None = None
        self._was_wrong = False

    def now(self) -> datetime:
        return datetime.now(UTC)

    def learn_time(self, at: datetime) -> None:
        """A time that Kith has known: that it stored when it last ran."""
        if not self._trusted and (self._known is None or at > self._known[0]):
            self._known = at, self._boot

    def learn_event(self, at: datetime) -> None:
        """The time of an event that was recorded."""
        if not self._trusted and (self._last_event is None or at > self._last_event):
            self._last_event = at
            self.learn_time(at)

    def compare_with_peers(self, *, agree: bool | None) -> None:
        self._peers_agree = agree

    def jumped(self) -> timedelta:
        elapsed = timedelta(seconds=_seconds_since_boot() - self._boot)
        drift = self.now() - self._wall - elapsed
        return drift if abs(drift) > JUMP_THRESHOLD else timedelta(0)

    def doubt(self) -> str:
        now = self.now()
        if self._last_event is not None and now < self._last_event - JUMP_THRESHOLD:
            self._was_wrong = self._was_wrong or not self.jumped()
            return "CLOCK_BEHIND"
        if self._is_synchronised() or self._peers_agree:
            self._wall, self._boot = now, _seconds_since_boot()
            self._known = now, self._boot
            return ""
        if self._peers_agree is False:
            return "CLOCK_DIFFERS"
        return self._compare_with_known(now)

    def _compare_with_known(self, now: datetime) -> str:
        ahead = timedelta(0)
        if self._known is not None:
            known, boot = self._known
            ahead = now - known - timedelta(seconds=_seconds_since_boot() - boot)
        reason = "CLOCK_AHEAD" if ahead > self._max_ahead else "CLOCK_BEHIND" if ahead < -JUMP_THRESHOLD else ""
        if not self.jumped():
            self._was_wrong = bool(reason)
            return reason
        if reason or not self._was_wrong:
            return "CLOCK_JUMPED"
        # It was wrong from the start, and was put right: it now agrees with what Kith knew.
        self._wall, self._boot, self._was_wrong = now, _seconds_since_boot(), False
        return ""

    def offset(self) -> timedelta:
        return timedelta(0)


def _seconds_since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class FixedClock:
    """A clock that stands still until it is set: for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def jumped(self) -> timedelta:
        return timedelta(0)

    def doubt(self) -> str:
        return ""

    def compare_with_peers(self, *, agree: bool | None) -> None:
        """It is right by definition."""

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

    def doubt(self) -> str:
        # Its events are dated in a time of its own, with which no other clock can be compared.
        return "CLOCK_JUMPED" if self.jumped() else ""

    def compare_with_peers(self, *, agree: bool | None) -> None:
        """A shifted clock differs from all others."""

    def offset(self) -> timedelta:
        return self.by
