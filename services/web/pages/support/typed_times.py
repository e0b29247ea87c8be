"""Times of the week as people type them, a line for each day: `9-12, 14:00 to 16:30, 6pm to 8pm`."""

import re
from collections.abc import Iterable, Mapping

from kith.matching.v1 import support_profiles_pb2 as pb
from services.web.localisation.clock_times import minute_of_day, says_part_of_day

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BETWEEN = re.compile(r"\s*(?:-|\u2013|to|until|till)\s*", re.IGNORECASE)
_HOUR = re.compile(r"\d{1,2}", re.ASCII)
_END_OF_DAY = re.compile(r"24(?:[:.]?00)?", re.ASCII)


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
            ends = _BETWEEN.split(part)
            # "2 to 4 pm" is no time from two at night on: both say which half of the day they are in, or neither does.
            if len(ends) != 2 or says_part_of_day(ends[0]) != says_part_of_day(ends[1]):
                raise TimesUnreadableError(day)
            first, last = (_clock(end, day) for end in ends)
            times.append(pb.WeeklyTime(day=day, begins=first, ends=last))
    return times


def write_times(times: Iterable[pb.WeeklyTime]) -> dict[str, str]:
    """The line of each day."""
    lines: dict[str, list[str]] = {day: [] for day in DAYS}
    for time in times:
        lines.setdefault(time.day, []).append(f"{time.begins} to {time.ends}")
    return {day: ", ".join(spans) for day, spans in lines.items()}


def _clock(typed: str, day: str) -> str:
    """As matching writes it. Beside another time a bare hour is one: nobody means twelve minutes by "9 to 12"."""
    if _END_OF_DAY.fullmatch(typed):
        return "24:00"
    minute = minute_of_day(f"{typed}:00" if _HOUR.fullmatch(typed) else typed)
    if minute < 0:
        raise TimesUnreadableError(day)
    return f"{minute // 60:02}:{minute % 60:02}"
