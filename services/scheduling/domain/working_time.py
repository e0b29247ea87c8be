"""Whether somebody's work keeps the working-time rules: which rest, break or limit is missing, and where.

The Working Time Regulations 1998 of England: daily rest (reg. 10), weekly rest and its fortnight (11), breaks (12), the average week and
the opt-out (4, 5), night work (6), and young workers (5A, 6A, 10(2), 11(3), 12(4)). All figures come from the rulebook. Only who is
employed can have a breach. docs/formats/hours.md.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from libs.rulebook import WorkingTimeRules
from services.scheduling.domain.local_clock import DAY_MINUTES, first_at_or_after, midnight_minute, minutes_within, real_minute
from services.scheduling.domain.settlement import Engagement

ADULT_AGE = 18
NIGHT_DAYS_A_WEEK = 6
"""Days a week over which night work is averaged: reg. 6(5) takes one day of weekly rest out of seven."""

Interval = tuple[int, int]


class Rule(StrEnum):
    """What can be breached."""

    DAILY_REST = "DAILY_REST"
    WEEKLY_REST = "WEEKLY_REST"
    AVERAGE_WEEK = "AVERAGE_WEEK"
    BREAK = "BREAK"
    NIGHT_AVERAGE = "NIGHT_AVERAGE"
    YOUNG_DAY = "YOUNG_DAY"
    YOUNG_WEEK = "YOUNG_WEEK"
    YOUNG_NIGHT = "YOUNG_NIGHT"


@dataclass(frozen=True)
class Window:
    """Whole ISO weeks from the local midnight of a Monday.

    Fortnights of the weekly rest are counted from `first`, within the window; or from the Monday `fortnights_from`, whatever the window.
    """

    zone: ZoneInfo
    first: date
    weeks: int
    fortnights_from: date | None = None

    @property
    def last_day(self) -> date:
        return self.first + timedelta(weeks=self.weeks, days=-1)

    @cached_property
    def mondays(self) -> list[date]:
        return [self.first + timedelta(weeks=week) for week in range(self.weeks)]

    @cached_property
    def bounds(self) -> list[int]:
        """The real minutes at which each week starts, and the last one ends."""
        return [midnight_minute(self.zone, self.first + timedelta(weeks=week)) for week in range(self.weeks + 1)]


class BreakOutsideError(ValueError):
    """A break does not lie within its period; `place` is its number, from 0."""

    def __init__(self, place: int) -> None:
        super().__init__(f"break {place} is outside its period")
        self.place = place


@dataclass(frozen=True)
class Period:
    """A period of work in real minutes. `breaks` are within it, in order, and neither overlap nor touch."""

    local_start: datetime
    start: int
    end: int
    breaks: tuple[Interval, ...]

    @property
    def worked(self) -> int:
        return self.end - self.start - sum(end - start for start, end in self.breaks)

    def stretches(self) -> Iterator[Interval]:
        """The parts of the period that are work."""
        start = self.start
        for pause_start, pause_end in self.breaks:
            yield start, pause_start
            start = pause_end
        yield start, self.end


def make_period(zone: ZoneInfo, start: datetime, end: datetime, breaks: Sequence[Interval]) -> Period:
    """A period of local times. Breaks are times of day and may overlap: they mean their union. Raises `BreakOutsideError`.

    A break starts at the first such time of day at or after the period's start, and ends at the first at or after its own start.
    """
    first, last = real_minute(zone, start), real_minute(zone, end)
    placed: list[Interval] = []
    for place, (pause_start, pause_end) in enumerate(breaks):
        begins = first_at_or_after(zone, start.date(), pause_start, first)
        ends = first_at_or_after(zone, start.date(), pause_end, begins)
        if ends > last:
            raise BreakOutsideError(place)
        placed.append((begins, ends))
    union: list[Interval] = []
    for begins, ends in sorted(placed):
        if union and begins <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], ends))
        else:
            union.append((begins, ends))
    return Period(start, first, last, tuple(union))


@dataclass(frozen=True)
class Person:
    """`work` is in order and does not overlap. Opt-outs are first and last days, None for no last day."""

    id: str
    born: date
    engagement: Engagement
    opt_outs: Sequence[tuple[date, date | None]]
    work: Sequence[Period]

    def is_young(self, day: date) -> bool:
        """Whether they are under 18 at the start of a day. Who was born on 29 February turns 18 on 1 March."""
        return (day.year - ADULT_AGE, day.month, day.day) < (self.born.year, self.born.month, self.born.day)


@dataclass(frozen=True, order=True)
class Breach:
    """Where a rule was not kept: a local time, by itself or as the start of a day, a week or the window."""

    at: datetime
    rule: Rule


def minutes_in(window: Window, person: Person) -> int:
    """Minutes worked in the window: of the periods that start in it."""
    return sum(period.worked for period in _within(person.work, window.bounds[0], window.bounds[-1]))


def longest_rest(work: Sequence[Period], start: int, end: int) -> int:
    """The minutes of the longest stretch between periods from `start` until before `end`."""
    return max(_rests(work, start, end), default=0)


def breaches(rules: WorkingTimeRules, window: Window, person: Person) -> list[Breach]:
    """All breaches in the window, by time and then by rule; none for anybody who is not employed."""
    if person.engagement is not Engagement.EMPLOYED:
        return []
    found = [
        *_of_periods(rules, window, person),
        *_of_weeks(rules, window, person),
        *_of_days(rules, window, person),
        *_of_the_window(rules, window, person),
    ]
    return sorted(found)


def _of_periods(rules: WorkingTimeRules, window: Window, person: Person) -> Iterator[Breach]:
    for period in _within(person.work, window.bounds[0], window.bounds[-1]):
        young = person.is_young(period.local_start.date())
        figures = rules.young if young else rules.adult
        if longest_rest(person.work, period.start, period.start + DAY_MINUTES) < figures.daily_rest:
            yield Breach(period.local_start, Rule.DAILY_REST)
        longest_break = max((end - start for start, end in period.breaks), default=None)
        if period.end - period.start > figures.break_after and (longest_break is None or longest_break < figures.shortest_break):
            yield Breach(period.local_start, Rule.BREAK)
        if young and _worked_within(window.zone, period, figures.night):
            yield Breach(period.local_start, Rule.YOUNG_NIGHT)


def _of_weeks(rules: WorkingTimeRules, window: Window, person: Person) -> Iterator[Breach]:
    bounds = window.bounds
    for week, monday in enumerate(window.mondays):
        young = person.is_young(monday)
        at = datetime.combine(monday, datetime.min.time())
        figures = rules.young if young else rules.adult
        rested = longest_rest(person.work, bounds[week], bounds[week + 1]) >= figures.weekly_rest
        if not rested and (young or not _fortnight_rested(window, person, week, figures.weekly_rest)):
            yield Breach(at, Rule.WEEKLY_REST)
        if young and sum(period.worked for period in _within(person.work, bounds[week], bounds[week + 1])) > rules.young_week:
            yield Breach(at, Rule.YOUNG_WEEK)


def _fortnight_rested(window: Window, person: Person, week: int, rest: int) -> bool:
    """Whether the fortnight of a week holds one stretch of twice the length, or two of the single length."""
    before = 0 if window.fortnights_from is None else (window.first - window.fortnights_from).days // 7
    first = week - (week + before) % 2
    if window.fortnights_from is None and first + 2 > window.weeks:
        return False
    begin, end = (midnight_minute(window.zone, window.first + timedelta(weeks=each)) for each in (first, first + 2))
    stretches = [stretch for stretch in _rests(person.work, begin, end) if stretch >= rest]
    return len(stretches) >= 2 or max(stretches, default=0) >= 2 * rest


def _of_days(rules: WorkingTimeRules, window: Window, person: Person) -> Iterator[Breach]:
    minutes: dict[date, int] = defaultdict(int)
    for period in _within(person.work, window.bounds[0], window.bounds[-1]):
        minutes[period.local_start.date()] += period.worked
    for day, worked in minutes.items():
        if person.is_young(day) and worked > rules.young_day:
            yield Breach(datetime.combine(day, datetime.min.time()), Rule.YOUNG_DAY)


def _of_the_window(rules: WorkingTimeRules, window: Window, person: Person) -> Iterator[Breach]:
    at = datetime.combine(window.first, datetime.min.time())
    worked = minutes_in(window, person)
    opted_out = any(first <= window.last_day and (last is None or window.last_day <= last) for first, last in person.opt_outs)
    if worked > rules.average_week * window.weeks and (person.is_young(window.first) or not opted_out):
        yield Breach(at, Rule.AVERAGE_WEEK)
    periods = _within(person.work, window.bounds[0], window.bounds[-1])
    nights = sum(_worked_within(window.zone, period, rules.adult.night) >= rules.night_counts_from for period in periods)
    if 2 * nights >= len(periods) and worked > rules.night_average * NIGHT_DAYS_A_WEEK * window.weeks:
        yield Breach(at, Rule.NIGHT_AVERAGE)


def _worked_within(zone: ZoneInfo, period: Period, hours: Interval) -> int:
    return sum(minutes_within(zone, start, end, hours) for start, end in period.stretches())


def _within(work: Sequence[Period], start: int, end: int) -> Sequence[Period]:
    """The periods that start from `start` until before `end`."""
    first = bisect_right(work, start - 1, key=lambda period: period.start)
    return work[first : bisect_right(work, end - 1, key=lambda period: period.start)]


def _rests(work: Sequence[Period], start: int, end: int) -> Iterator[int]:
    """The lengths of the stretches between periods, as far as they lie from `start` until before `end`."""
    rested_from = start
    # Not a slice: it would copy all later work, for every period.
    for number in range(bisect_right(work, start, key=lambda period: period.end), len(work)):
        period = work[number]
        if period.start >= end:
            break
        if period.start > rested_from:
            yield period.start - rested_from
        rested_from = period.end
    if rested_from < end:
        yield end - rested_from
