"""On which days visits that repeat are: a weekly pattern as an RRULE (RFC 5545), and its days.

The rule is about local days alone, so that no clock change touches it; the time of a day becomes a moment in `visit_series.py`. Weeks begin
on Monday. The first visit is on the first of the weekdays from the first day on, and every second, third or fourth week is counted from
that visit's week: a pattern never begins with a gap.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

from libs.refusals import invalid

MOST_WEEKS = 4
_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK = 7


def make_rule(weekdays: Collection[int], every_weeks: int) -> str:
    """`weekdays` from 1, Monday, to 7, Sunday. Raises Invalid SERIES_WEEKDAYS or SERIES_EVERY."""
    days = sorted(set(weekdays))
    if not days or not all(1 <= day <= _WEEK for day in days):
        raise invalid("weekdays", "SERIES_WEEKDAYS")
    if not 1 <= every_weeks <= MOST_WEEKS:
        raise invalid("every_weeks", "SERIES_EVERY")
    return f"FREQ=WEEKLY;INTERVAL={every_weeks};WKST=MO;BYDAY={','.join(_NAMES[day - 1] for day in days)}"


def weekdays_of(rule: str) -> list[int]:
    """From 1, Monday, to 7, Sunday."""
    return [_NAMES.index(name) + 1 for name in _parts(rule)["BYDAY"].split(",")]


def every_weeks_of(rule: str) -> int:
    return int(_parts(rule)["INTERVAL"])


def days_of(rule: str, first_day: date, begin: date, end: date) -> list[date]:
    """The days from `begin` to `end` on which there is a visit; none before `first_day`."""
    start = _first_visit(rule, first_day)
    begin = max(begin, start)
    if end < begin:
        return []
    rhythm = timedelta(weeks=every_weeks_of(rule))
    # The same rule from one of its later weeks on, so that a series of many years costs what a new one does.
    rounds = max(0, (begin - start) // rhythm - 1)
    repeats = rrulestr(rule, dtstart=datetime.combine(start + rounds * rhythm, time()))
    return [moment.date() for moment in repeats.between(datetime.combine(begin, time()), datetime.combine(end, time()), inc=True)]


def _first_visit(rule: str, first_day: date) -> date:
    ahead = min((weekday - first_day.isoweekday()) % _WEEK for weekday in weekdays_of(rule))
    return first_day + timedelta(days=ahead)


def _parts(rule: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in rule.split(";"))
