"""A time of day as people type it: with a colon, a point, a space or nothing between, with am or pm, or as our pages say it.

Only what cannot be misunderstood is a time. "9" may be morning or evening, and three digits may be four of which one was lost.
"""

import re
from collections.abc import Mapping

_AM = {hour: hour % 12 for hour in range(1, 13)}
_PM = {hour: hour % 12 + 12 for hour in range(1, 13)}
_PARTS: Mapping[str, Mapping[int, int]] = {
    "am": _AM,
    "pm": _PM,
    "in the morning": {hour: hour for hour in range(1, 12)},
    "in the afternoon": {12: 12, **{hour: hour + 12 for hour in range(1, 7)}},
    "in the evening": {hour: hour + 12 for hour in range(4, 12)},
    # Our pages say it of nine in the evening until four in the morning.
    "at night": {12: 0, 1: 1, 2: 2, 3: 3, 9: 21, 10: 22, 11: 23},
}
"""Which hour of the day an hour of the twelve is in each of its parts; one that is missing there is none."""
_NAMES = {"noon": 12 * 60, "midday": 12 * 60, "12 noon": 12 * 60, "midnight": 0, "12 midnight": 0}
_OF_24 = re.compile(r"(\d{1,2})[:. ](\d\d)|(\d\d)(\d\d)", re.ASCII)
_OF_12 = re.compile(r"(\d{1,2})(?:[:. ]?(\d\d))? ?([ap]\.?m\.?|in the (?:morning|afternoon|evening)|at night)", re.ASCII)


def minute_of_day(text: str) -> int:
    """Minutes since midnight; -1, which services refuse, for a text that is no time of day."""
    words = " ".join(text.casefold().split())
    if words in _NAMES:
        return _NAMES[words]
    if clock := _OF_24.fullmatch(words):
        return _minute(int(clock[1] or clock[3]), int(clock[2] or clock[4]))
    if clock := _OF_12.fullmatch(words):
        part = clock[3] if " " in clock[3] else clock[3].replace(".", "")
        return _minute(_PARTS[part].get(int(clock[1]), -1), int(clock[2] or 0))
    return -1


def says_part_of_day(text: str) -> bool:
    """Whether a time is one of twelve hours, as in 2 pm, and says which half of the day it is in."""
    return _OF_12.fullmatch(" ".join(text.casefold().split())) is not None


def _minute(hour: int, minute: int) -> int:
    return hour * 60 + minute if 0 <= hour < 24 and minute < 60 else -1
