"""Times of every week, in minutes of the co-op's zone from Monday 0:00.

A time lies within one day and ends after it begins; its end may be 24:00. One over midnight is written as two. Times may overlap and then
mean their union, which `merge` makes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from libs.refusals import invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
MAX_TIMES = 70
"""Ten a day."""

Minutes: TypeAlias = tuple[int, int]
"""From which minute of the week until just before which."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


@dataclass(frozen=True, order=True)
class WeeklyTime:
    """From `begins` until `ends`, in minutes of the week."""

    begins: int
    ends: int

    @property
    def day(self) -> str:
        return DAYS[self.begins // DAY_MINUTES]

    @property
    def clock_times(self) -> tuple[str, str]:
        """As people write them: 09:00, 24:00."""
        midnight = self.begins - self.begins % DAY_MINUTES
        return _format_clock(self.begins - midnight), _format_clock(self.ends - midnight)


def parse_weekly_time(field: str, day: str, begins: str, ends: str) -> WeeklyTime:
    """Raises Invalid WEEKDAY_UNKNOWN, CLOCK_TIME_MALFORMED or ENDS_BEFORE_BEGIN for the field."""
    if day not in DAYS:
        raise invalid(field, "WEEKDAY_UNKNOWN")
    midnight = DAYS.index(day) * DAY_MINUTES
    first, last = _parse_clock(field, begins), _parse_clock(field, ends)
    if first >= last:
        raise invalid(field, "ENDS_BEFORE_BEGIN")
    return WeeklyTime(midnight + first, midnight + last)


def check_times(field: str, times: Iterable[WeeklyTime]) -> tuple[WeeklyTime, ...]:
    """Sorted, each once. Raises Invalid TOO_MANY_TIMES."""
    once = tuple(sorted(set(times)))
    if len(once) > MAX_TIMES:
        raise invalid(field, "TOO_MANY_TIMES", at_most=str(MAX_TIMES))
    return once


def merge(times: Iterable[WeeklyTime]) -> tuple[Minutes, ...]:
    """The union, as spans that neither overlap nor touch."""
    merged: list[Minutes] = []
    for time in sorted(times):
        if merged and time.begins <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], time.ends))
        else:
            merged.append((time.begins, time.ends))
    return tuple(merged)


def split_by_day(begins: int, ends: int) -> tuple[WeeklyTime, ...]:
    """A span of minutes of the week as times that each lie within one day."""
    midnights = range(begins - begins % DAY_MINUTES + DAY_MINUTES, ends, DAY_MINUTES)
    return tuple(WeeklyTime(*day) for day in pairwise([begins, *midnights, ends]))


def _parse_clock(field: str, text: str) -> int:
    if not _CLOCK.fullmatch(text):
        raise invalid(field, "CLOCK_TIME_MALFORMED")
    return int(text[:2]) * 60 + int(text[3:])


def _format_clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
