"""Whether a visit more still leaves a worker the rest and the free time that the law asks for: asked when they take it.

The rules are those of `working_time.py`, over all visits that the worker has taken, in every team. What the visit itself makes worse is
refused; a rest that was missing before it is not held against it. Breaks lie within a visit and are taken there: a plan has none.

The weekly rest is looked at in fortnights that follow each other since a Monday long ago, the average week over every 17 weeks that hold
the visit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from libs.refusals import FailedPrecondition
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.working_time import (
    NIGHT_DAYS_A_WEEK,
    Breach,
    Period,
    Person,
    RestRules,
    Rule,
    Window,
    WorkingTimeRules,
    breaches,
    minutes_in,
)

AVERAGED_WEEKS = 17
KEPT_IN_VIEW = timedelta(weeks=AVERAGED_WEEKS + 1)
"""Visits that start so much before or after this one, or less, can matter to it."""

USUAL_RULES = WorkingTimeRules(
    adult=RestRules(daily_rest=660, weekly_rest=1440, break_after=360, shortest_break=20, night=(23 * 60, 6 * 60)),
    young=RestRules(daily_rest=720, weekly_rest=2880, break_after=270, shortest_break=30, night=(22 * 60, 6 * 60)),
    average_week=2880,
    night_average=480,
    night_counts_from=180,
    young_day=480,
    young_week=2400,
)
"""The figures of the Working Time Regulations 1998, as in docs/formats/hours.md."""

REASONS: Mapping[Rule, str] = {
    Rule.DAILY_REST: "REST_TOO_SHORT",
    Rule.WEEKLY_REST: "WEEKLY_REST_TOO_SHORT",
    Rule.AVERAGE_WEEK: "WEEK_TOO_LONG",
    Rule.NIGHT_AVERAGE: "NIGHTS_TOO_LONG",
}
_REST = (Rule.DAILY_REST, Rule.WEEKLY_REST)
_AVERAGES = (Rule.AVERAGE_WEEK, Rule.NIGHT_AVERAGE)
_FIRST_FORTNIGHT = date(2001, 1, 1)
# Nobody's birthday is known here: the figures are those for adults.
_AN_ADULT = Person("worker", date(1900, 1, 1), Engagement.EMPLOYED, (), ())

Times = tuple[datetime, datetime]


def require_rest(zone: ZoneInfo, taken: Sequence[Times], new: Times, rules: WorkingTimeRules = USUAL_RULES) -> None:
    """`taken` are the starts and ends of the worker's other paid visits within `KEPT_IN_VIEW`. None of them overlaps `new`.

    Raises FailedPrecondition REST_TOO_SHORT, WEEKLY_REST_TOO_SHORT, WEEK_TOO_LONG or NIGHTS_TOO_LONG, with the local time `at` which.
    """
    before = replace(_AN_ADULT, work=_periods(zone, taken))
    after = replace(_AN_ADULT, work=_periods(zone, (*taken, new)))
    missing = _missing_rest(rules, zone, after, new) - _missing_rest(rules, zone, before, new) | _too_long(rules, zone, after, new)
    if missing:
        first = min(missing)
        raise FailedPrecondition(REASONS[first.rule], at=first.at.isoformat(timespec="minutes"))


def _periods(zone: ZoneInfo, times: Sequence[Times]) -> list[Period]:
    return [
        Period(start.astimezone(zone).replace(tzinfo=None), int(start.timestamp()) // 60, int(end.timestamp()) // 60, ())
        for start, end in sorted(times)
    ]


def _missing_rest(rules: WorkingTimeRules, zone: ZoneInfo, person: Person, new: Times) -> set[Breach]:
    """In the two fortnights from that of the day before."""
    eve = _monday((new[0] - timedelta(days=1)).astimezone(zone).date())
    fortnight = eve - timedelta(weeks=(eve - _FIRST_FORTNIGHT).days // 7 % 2)
    return {breach for breach in breaches(rules, Window(zone, fortnight, 4), person) if breach.rule in _REST}


def _too_long(rules: WorkingTimeRules, zone: ZoneInfo, person: Person, new: Times) -> set[Breach]:
    monday, found = _monday(new[0].astimezone(zone).date()), set[Breach]()
    for later in range(AVERAGED_WEEKS):
        window = Window(zone, monday + timedelta(weeks=later + 1 - AVERAGED_WEEKS), AVERAGED_WEEKS)
        # Nobody below this breaches either rule: most windows are done with one sum.
        if minutes_in(window, person) > min(rules.average_week, rules.night_average * NIGHT_DAYS_A_WEEK) * window.weeks:
            found |= {breach for breach in breaches(rules, window, person) if breach.rule in _AVERAGES}
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
