"""Times of the week as people type them, a line for each day: `9-12, 14:00 to 16:30`."""

import re
from collections.abc import Iterable, Mapping

from kith.matching.v1 import support_profiles_pb2 as pb

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"(\d{1,2})(?:[:.](\d\d))?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|\u2013|to|until|till)\s*{_CLOCK}", re.IGNORECASE | re.ASCII)


class TimesUnreadableError(ValueError):
    """`day` has something that is no time."""

    def __init__(self, day: str) -> None:
        super().__init__(day)
        self.day = day


def read_times(typed: Mapping[str, str]) -> list[pb.WeeklyTime]:
    """`typed` has a line for each day. Raises TimesUnreadableError; whether an end is after its beginning, matching says."""
    times = []
    for day in DAYS:
        parts = [part.strip() for part in re.split(r"[,;\n]|\band\b", typed.get(day, "")) if part.strip()]
        for part in parts:
            span = _SPAN.fullmatch(part)
            if span is None:
                raise TimesUnreadableError(day)
            first, last = _clock(span[1], span[2]), _clock(span[3], span[4])
            times.append(pb.WeeklyTime(day=day, begins=first, ends=last))
    return times


def write_times(times: Iterable[pb.WeeklyTime]) -> dict[str, str]:
    """The line of each day."""
    lines: dict[str, list[str]] = {day: [] for day in DAYS}
    for time in times:
        lines.setdefault(time.day, []).append(f"{time.begins} to {time.ends}")
    return {day: ", ".join(spans) for day, spans in lines.items()}


def _clock(hours: str, minutes: str | None) -> str:
    return f"{int(hours):02}:{minutes or '00'}"
