"""How long somebody worked and will work, week by week, and which rules of working time that breaches.

It is the answer of `kith hours` to a file (docs/formats/hours.md), which anybody recomputes: the times are those of the file. Visits that
both sides confirmed count as they took place, others as planned. Only what somebody does as an employee is bound by the rules; what they
do besides is counted apart.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from libs.rulebook import RestRules, WorkingTimeRules
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.taking import counts_as_employed
from services.scheduling.domain.terms import agreed_on
from services.scheduling.domain.worker_hours import AN_ADULT, FIRST_FORTNIGHT, Days, monday_of
from services.scheduling.domain.working_time import Breach, Period, Window, breaches, make_period, minutes_in

WEEKS_AHEAD = 17
"""So many weeks after this one are shown, as far as they hold visits."""
_MARGIN = timedelta(weeks=2)
"""Before and after the weeks that are shown: rests reach so far at most."""


@dataclass(frozen=True)
class WorkedTimes:
    """A visit of a worker: as both sides confirmed it, or as planned. `paid` says whether they come as a paid worker."""

    starts: datetime
    ends: datetime
    paid: bool
    confirmed: bool


@dataclass(frozen=True)
class WorkedWeek:
    """Minutes of the visits that start in a week. `planned` are those of all of them that are not confirmed."""

    monday: date
    minutes: Mapping[Engagement, int]
    planned: int


@dataclass(frozen=True)
class WorkHistory:
    """The first `rules.averaged_weeks` weeks count, the last of them this one. `worked` are their minutes as an employee."""

    weeks: Sequence[WorkedWeek]
    rules: WorkingTimeRules
    worked: int
    breaches: Sequence[Breach]
    file: str


def days_shown(rules: WorkingTimeRules, today: date) -> tuple[date, date]:
    """From which day until before which visits are to be known."""
    monday = monday_of(today)
    return monday - timedelta(weeks=rules.averaged_weeks - 1) - _MARGIN, monday + timedelta(weeks=WEEKS_AHEAD + 1) + _MARGIN


def works_as(day: date, terms: Iterable[EngagementTerms], *, paid: bool) -> Engagement:
    """How somebody works on a day: as agreed for it, employed where nothing is, and as a volunteer where they are not paid."""
    if not paid:
        return Engagement.VOLUNTEER
    agreed = agreed_on(day, terms)
    return agreed.kind if agreed is not None and not counts_as_employed(agreed.kind) else Engagement.EMPLOYED


def work_history(
    zone: ZoneInfo,
    rules: WorkingTimeRules,
    times: Sequence[WorkedTimes],
    terms: Sequence[EngagementTerms],
    opt_outs: Sequence[Days],
    today: date,
) -> WorkHistory:
    """`times` in any order, of all of `days_shown`."""
    first = monday_of(today) - timedelta(weeks=rules.averaged_weeks - 1)
    window = Window(zone, first, rules.averaged_weeks, FIRST_FORTNIGHT)
    local: defaultdict[Engagement, list[tuple[datetime, datetime]]] = defaultdict(list)
    planned: defaultdict[date, int] = defaultdict(int)
    for visit in times:
        start, end = local_minute(zone, visit.starts), local_minute(zone, visit.ends)
        local[works_as(start.date(), terms, paid=visit.paid)].append((start, end))
        if not visit.confirmed:
            planned[monday_of(start.date())] += (int(visit.ends.timestamp()) - int(visit.starts.timestamp())) // 60
    work = {kind: _apart(local[kind]) for kind in Engagement}
    periods = {kind: [make_period(zone, start, end, ()) for start, end in work[kind]] for kind in Engagement}
    person = replace(AN_ADULT, opt_outs=opt_outs, work=periods[Engagement.EMPLOYED])
    return WorkHistory(
        _weeks(window, periods, planned),
        rules,
        minutes_in(window, person),
        breaches(rules, window, person),
        json.dumps(_file(window, rules, work, opt_outs), indent=1),
    )


def local_minute(zone: ZoneInfo, moment: datetime) -> datetime:
    """The local time of the file. A local time that comes twice means the first there, so that of the second the hour's end stands in."""
    local = moment.astimezone(zone)
    while local.fold:
        local = (moment := moment + timedelta(minutes=1)).astimezone(zone)
    return local.replace(second=0, microsecond=0, tzinfo=None)


def _apart(times: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """In order. Visits that overlap by what was written down are one: no minute counts twice."""
    apart: list[tuple[datetime, datetime]] = []
    for start, end in sorted(times):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif start < end:
            apart.append((start, end))
    return apart


def _weeks(window: Window, periods: Mapping[Engagement, Sequence[Period]], planned: Mapping[date, int]) -> list[WorkedWeek]:
    """Those of the window, and those after it as far as they hold work."""
    by_week = {kind: defaultdict[date, int](int) for kind in Engagement}
    for kind, own in periods.items():
        for period in own:
            by_week[kind][monday_of(period.local_start.date())] += period.worked
    ahead = [window.first + timedelta(weeks=week) for week in range(window.weeks, window.weeks + WEEKS_AHEAD)]
    last = max((monday for monday in ahead if any(monday in minutes for minutes in by_week.values())), default=window.last_day)
    mondays = [*window.mondays, *(monday for monday in ahead if monday <= last)]
    return [WorkedWeek(monday, {kind: by_week[kind][monday] for kind in Engagement}, planned.get(monday, 0)) for monday in mondays]


def _file(
    window: Window, rules: WorkingTimeRules, work: Mapping[Engagement, Sequence[tuple[datetime, datetime]]], opt_outs: Sequence[Days]
) -> dict[str, Any]:
    """The input of `kith hours`: how somebody works stands for a person each, and nothing in it names them."""
    young = {**_rest(rules.young), "day": rules.young_day, "week": rules.young_week}
    figures = {"average_week": rules.average_week, "night_average": rules.night_average, "night_counts_from": rules.night_counts_from}
    agreed = [[first.isoformat(), last.isoformat() if last else None] for first, last in opt_outs]
    return {
        "zone": window.zone.key,
        "from": window.first.isoformat(),
        "weeks": window.weeks,
        "fortnights_from": FIRST_FORTNIGHT.isoformat(),
        "rules": {**_rest(rules.adult), **figures, "young": young},
        "people": [
            {
                "id": kind.value,
                "born": AN_ADULT.born.isoformat(),
                "as": kind.value,
                "opt_out": agreed,
                "work": [
                    {"start": start.isoformat(timespec="minutes"), "end": end.isoformat(timespec="minutes"), "breaks": []}
                    for start, end in times
                ],
            }
            for kind, times in work.items()
        ],
    }


def _rest(rules: RestRules) -> dict[str, Any]:
    return {
        "daily_rest": rules.daily_rest,
        "weekly_rest": rules.weekly_rest,
        "break_after": rules.break_after,
        "break": rules.shortest_break,
        "night": [_clock(minutes) for minutes in rules.night],
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
