"""Whether a visit more still leaves a worker the rest and the free time that the law asks for: asked when they take it.

The rules are those of `working_time.py`, over all visits that the worker has taken, in every team. What the visit itself makes worse is
refused, or needs a reason of the rulebook's that the worker says (`rest_reason.py`); a rest that was missing before it is not held against
it. Breaks lie within a visit and are taken there: a plan has none.

The weekly rest is looked at in fortnights that follow each other since a Monday long ago, the average week over every so many weeks, of
which one holds the visit, as the rulebook averages. Nobody's birthday is known here: the figures are those for adults.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from libs.refusals import FailedPrecondition
from libs.rulebook import PassableRule, WorkingTimeRules
from services.scheduling.domain.local_clock import DAY_MINUTES, real_minute
from services.scheduling.domain.rest_reason import RULES, SaidReason, passing, require_counts
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.working_time import (
    NIGHT_DAYS_A_WEEK,
    Breach,
    Period,
    Person,
    Rule,
    Window,
    breaches,
    longest_rest,
    minutes_in,
)

REASONS: Mapping[Rule, str] = {
    Rule.DAILY_REST: "REST_TOO_SHORT",
    Rule.WEEKLY_REST: "WEEKLY_REST_TOO_SHORT",
    Rule.AVERAGE_WEEK: "WEEK_TOO_LONG",
    Rule.NIGHT_AVERAGE: "NIGHTS_TOO_LONG",
}
_REST = (Rule.DAILY_REST, Rule.WEEKLY_REST)
_AVERAGES = (Rule.AVERAGE_WEEK, Rule.NIGHT_AVERAGE)
FIRST_FORTNIGHT = date(2001, 1, 1)
AN_ADULT = Person("worker", date(1900, 1, 1), Engagement.EMPLOYED, (), ())

Times = tuple[datetime, datetime]
Days = tuple[date, date | None]
"""A first and a last day, None for no last day."""


def kept_in_view(rules: WorkingTimeRules) -> timedelta:
    """Visits that start so much before or after another, or less, can matter to it."""
    return timedelta(weeks=max(rules.averaged_weeks, 2) + 1)


def require_rest(
    rules: WorkingTimeRules,
    zone: ZoneInfo,
    taken: Sequence[Times],
    new: Times,
    opt_outs: Sequence[Days] = (),
    said: SaidReason | None = None,
) -> list[PassableRule]:
    """`taken` are the starts and ends of the worker's other paid visits within `kept_in_view`. None of them overlaps `new`.

    Returns the rules that are not kept with `new`, for which the worker `said` a reason; none where all are.

    Raises FailedPrecondition REST_TOO_SHORT, WEEKLY_REST_TOO_SHORT, WEEK_TOO_LONG or NIGHTS_TOO_LONG, with the local time `at` which, the
    `hours` of the rulebook, the hours that there would be instead as `left`, and the keys of the `rest_reasons` that count, if any do; and
    what `require_counts` raises.
    """
    before = replace(AN_ADULT, work=_periods(zone, taken))
    after = replace(AN_ADULT, work=_periods(zone, (*taken, new)), opt_outs=opt_outs)
    missing = _missing_rest(rules, zone, after, new) - _missing_rest(rules, zone, before, new) | _too_long(rules, zone, after, new)
    if not missing:
        return []
    breached = {breach.rule for breach in missing}
    possible = passing(rules.reasons, breached)
    # What no reason passes is said first: with it the others do not matter.
    first = min([breach for breach in missing if not passing(rules.reasons, {breach.rule})] or missing)
    details = {"hours": f"{round(_figure(rules, first.rule) / 60, 1):g}", "left": _left(rules, zone, after, first)}
    details |= {"at": first.at.isoformat(timespec="minutes")} | ({"rest_reasons": " ".join(possible)} if possible else {})
    if said is None or not possible:
        raise FailedPrecondition(REASONS[first.rule], **details)
    require_counts(rules.reasons, breached, said, breach=REASONS[first.rule], **details)
    return [rule for rule in PassableRule if RULES[rule] in breached]


def _left(rules: WorkingTimeRules, zone: ZoneInfo, person: Person, breach: Breach) -> str:
    """How many hours of rest there are at most, or of work on average; rounded so that it never looks like what the rulebook asks for."""
    if breach.rule in _REST:
        start = real_minute(zone, breach.at)
        end = start + DAY_MINUTES if breach.rule is Rule.DAILY_REST else real_minute(zone, breach.at + timedelta(weeks=1))
        return f"{longest_rest(person.work, start, end) * 10 // 60 / 10:g}"
    parts = rules.averaged_weeks * (1 if breach.rule is Rule.AVERAGE_WEEK else NIGHT_DAYS_A_WEEK)
    return f"{-(-minutes_in(Window(zone, breach.at.date(), rules.averaged_weeks), person) * 10 // (60 * parts)) / 10:g}"


def _figure(rules: WorkingTimeRules, rule: Rule) -> int:
    return {
        Rule.DAILY_REST: rules.adult.daily_rest,
        Rule.WEEKLY_REST: rules.adult.weekly_rest,
        Rule.AVERAGE_WEEK: rules.average_week,
    }.get(rule, rules.night_average)


def _periods(zone: ZoneInfo, times: Sequence[Times]) -> list[Period]:
    return [
        Period(start.astimezone(zone).replace(tzinfo=None), int(start.timestamp()) // 60, int(end.timestamp()) // 60, ())
        for start, end in sorted(times)
    ]


def _missing_rest(rules: WorkingTimeRules, zone: ZoneInfo, person: Person, new: Times) -> set[Breach]:
    """In the two fortnights from that of the day before."""
    eve = monday_of((new[0] - timedelta(days=1)).astimezone(zone).date())
    fortnight = eve - timedelta(weeks=(eve - FIRST_FORTNIGHT).days // 7 % 2)
    return {breach for breach in breaches(rules, Window(zone, fortnight, 4), person) if breach.rule in _REST}


def _too_long(rules: WorkingTimeRules, zone: ZoneInfo, person: Person, new: Times) -> set[Breach]:
    monday, weeks, found = monday_of(new[0].astimezone(zone).date()), rules.averaged_weeks, set[Breach]()
    for later in range(weeks):
        window = Window(zone, monday + timedelta(weeks=later + 1 - weeks), weeks)
        # Nobody below this breaches either rule: most windows are done with one sum.
        if minutes_in(window, person) > min(rules.average_week, rules.night_average * NIGHT_DAYS_A_WEEK) * window.weeks:
            found |= {breach for breach in breaches(rules, window, person) if breach.rule in _AVERAGES}
    return found


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
