"""How long somebody works week by week; to the minute what binds them, and what does not; and that `kith hours` says the same."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.scheduling.v1.enums import TermsState
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid
from libs.rulebook import RestRules, WorkingTimeRules
from scripts.cli.hours_file import read_work
from scripts.cli.strict_json import JsonNode
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.domain.opt_out import OptOut, last_day_of, require_opt_out
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.work_history import WorkedTimes, WorkHistory, work_history
from services.scheduling.domain.worker_hours import FIRST_FORTNIGHT, Days, Times, require_rest
from services.scheduling.domain.working_time import Rule, breaches, minutes_in

LONDON = ZoneInfo("Europe/London")
RULES = WorkingTimeRules()
TODAY = date(2026, 11, 25)
FIRST = date(2026, 8, 3)
"""The Monday of the first of 17 weeks, of which the last has today."""
WREN = UUID(int=1)
pytestmark = pytest.mark.capability("L8")


def at(day: date, hour: float, minutes: int) -> Times:
    start = datetime.combine(day, datetime.min.time(), LONDON) + timedelta(hours=hour)
    return start.astimezone(UTC), start.astimezone(UTC) + timedelta(minutes=minutes)


def visits(times: Sequence[Times], *, paid: bool = True, confirmed: bool = True) -> list[WorkedTimes]:
    return [WorkedTimes(*each, paid=paid, confirmed=confirmed) for each in times]


def weeks_of(minutes: int, weeks: int = 17) -> list[Times]:
    """So many minutes on each of five days of so many weeks."""
    return [at(FIRST + timedelta(weeks=week, days=day), 8, minutes) for week in range(weeks) for day in range(5)]


def terms(kind: Engagement, first_day: date, last_day: date | None = None) -> EngagementTerms:
    return EngagementTerms(WREN, WREN, kind, 1500, 1260, first_day, last_day, TermsState.AGREED, WREN, datetime(2026, 1, 1, tzinfo=UTC))


def history(
    worked: Sequence[WorkedTimes], agreed: Sequence[EngagementTerms] = (), opt_outs: Sequence[Days] = (), rules: WorkingTimeRules = RULES
) -> WorkHistory:
    """What is shown, once `kith hours` has said the same of its file."""
    found = work_history(LONDON, rules, worked, agreed, opt_outs, TODAY)
    file = read_work(JsonNode.parse(found.file))
    assert file.rules == replace(rules, averaged_weeks=17, opt_out_notice_days=7)
    employed = next(person for person in file.people if person.engagement is Engagement.EMPLOYED)
    assert (minutes_in(file.window, employed), breaches(file.rules, file.window, employed)) == (found.worked, found.breaches)
    for person in file.people:
        assert minutes_in(file.window, person) == sum(week.minutes[person.engagement] for week in found.weeks[: rules.averaged_weeks])
    return found


def broken(found: WorkHistory) -> list[Rule]:
    return [breach.rule for breach in found.breaches if breach.rule is not Rule.BREAK]


def test_the_average_week_is_breached_by_the_first_minute_above_it() -> None:
    exactly = weeks_of(576)
    found = history(visits(exactly))
    assert (found.worked, broken(found)) == (17 * 48 * 60, [])
    longer = [*exactly[:-1], (exactly[-1][0], exactly[-1][1] + timedelta(minutes=1))]
    found = history(visits(longer))
    assert (found.worked, broken(found)) == (17 * 48 * 60 + 1, [Rule.AVERAGE_WEEK])
    assert broken(history(visits(longer), rules=replace(RULES, average_week=2881))) == []


def test_only_what_somebody_does_as_an_employee_counts() -> None:
    changes = FIRST + timedelta(weeks=8)
    agreed = [terms(Engagement.SELF_EMPLOYED, FIRST, changes - timedelta(days=1)), terms(Engagement.EMPLOYED, changes)]
    long_weeks = visits(weeks_of(14 * 60))
    found = history(long_weeks, agreed)
    assert found.worked == 9 * 5 * 14 * 60
    assert [week.minutes[Engagement.SELF_EMPLOYED] for week in found.weeks[7:9]] == [4200, 0]
    assert [week.minutes[Engagement.EMPLOYED] for week in found.weeks[7:9]] == [0, 4200]
    assert Rule.AVERAGE_WEEK not in broken(found), "630 hours in 17 weeks"
    assert all(breach.at.date() >= changes for breach in found.breaches)
    assert Rule.AVERAGE_WEEK in broken(history(long_weeks)), "where nothing is agreed, everything counts as employed"
    assert history(long_weeks, [terms(Engagement.SELF_EMPLOYED, FIRST)]).breaches == []
    as_volunteer = history(visits(weeks_of(14 * 60), paid=False))
    assert (as_volunteer.worked, as_volunteer.breaches) == (0, [])


def test_an_opt_out_holds_on_its_first_and_on_its_last_day() -> None:
    long_weeks, last_day = visits(weeks_of(600)), FIRST + timedelta(weeks=17, days=-1)
    assert broken(history(long_weeks)) == [Rule.AVERAGE_WEEK]
    day = timedelta(days=1)
    for days, binds in (
        ((last_day, None), False),
        ((last_day + day, None), True),
        ((FIRST, last_day), False),
        ((FIRST, last_day - day), True),
    ):
        assert broken(history(long_weeks, opt_outs=[days])) == ([Rule.AVERAGE_WEEK] if binds else []), days
    # Rests bind as before.
    tight = visits([at(FIRST, 13, 480), at(FIRST + day, 7, 60)])
    assert broken(history(tight, opt_outs=[(FIRST, None)])) == [Rule.DAILY_REST]


def test_at_the_take_an_opt_out_counts_on_the_last_day_of_each_span_of_weeks() -> None:
    *others, last = weeks_of(600)
    over = FIRST + timedelta(weeks=17, days=-1)
    with pytest.raises(FailedPrecondition, match="WEEK_TOO_LONG"):
        require_rest(RULES, LONDON, others, last)
    require_rest(RULES, LONDON, others, last, [(over, None)])
    with pytest.raises(FailedPrecondition, match="WEEK_TOO_LONG"):
        require_rest(RULES, LONDON, others, last, [(over + timedelta(days=1), None)])
    # The same weeks are also in the spans that end later, of which the next is above the average as well.
    with pytest.raises(FailedPrecondition, match="WEEK_TOO_LONG"):
        require_rest(RULES, LONDON, [*others, *weeks_of(600, 18)[85:]], last, [(FIRST, over)])
    require_rest(replace(RULES, average_week=3000), LONDON, others, last)
    with pytest.raises(FailedPrecondition, match="WEEK_TOO_LONG"):
        require_rest(replace(RULES, averaged_weeks=1), LONDON, weeks_of(600, 1)[:4], weeks_of(600, 1)[4])
    require_rest(replace(RULES, averaged_weeks=2), LONDON, weeks_of(600, 1)[:4], weeks_of(600, 1)[4])


def test_the_weekly_rest_is_a_stretch_of_exactly_so_many_minutes() -> None:
    """Early and late visits on every day of a fortnight, but for a stretch from Wednesday to Thursday evening of either week."""
    monday = FIRST + timedelta(weeks=1)
    assert (monday - FIRST_FORTNIGHT).days % 14 == 0

    def fortnight(short_by: int) -> list[WorkedTimes]:
        times = [at(monday + timedelta(days=day), hour, 60) for day in range(14) for hour in (7, 19) if day not in (3, 10)]
        times += [at(monday + timedelta(days=day), 20 - short_by / 60, 60) for day in (3, 10)]
        return visits(times)

    assert broken(history(fortnight(0))) == []
    assert broken(history(fortnight(1))) == [Rule.WEEKLY_REST, Rule.WEEKLY_REST]
    assert broken(history(fortnight(1), rules=replace(RULES, adult=RestRules(weekly_rest=1439)))) == []
    one_week_off = [visit for visit in fortnight(1) if visit.starts < at(monday, 7 * 24 + 12, 0)[0]]
    assert broken(history(one_week_off)) == [], "the other week of the fortnight holds twice the rest"
    assert broken(history([visit for visit in fortnight(1) if visit.starts > at(monday, 6 * 24 + 12, 0)[0]])) == []


@pytest.mark.parametrize(("day", "clock_hours"), [(date(2026, 10, 24), 10), (date(2026, 3, 28), 12), (date(2026, 11, 3), 11)])
def test_in_the_night_of_a_clock_change_rest_is_what_passes_not_what_the_clock_shows(day: date, clock_hours: int) -> None:
    """From 21:00 on: in October 8:00 is eleven hours later where otherwise it is ten on the clock, in March 9:00."""
    late = at(day, 13, 480)
    enough = at(day + timedelta(days=1), 0, 1)[0].astimezone(LONDON).replace(hour=21 + clock_hours - 24).astimezone(UTC)
    require_rest(RULES, LONDON, [late], (enough, enough + timedelta(hours=4)))
    too_soon = enough - timedelta(minutes=1)
    with pytest.raises(FailedPrecondition, match="REST_TOO_SHORT"):
        require_rest(RULES, LONDON, [late], (too_soon, too_soon + timedelta(hours=13)))


def test_weeks_ahead_are_shown_as_far_as_they_hold_something() -> None:
    planned = visits([at(date(2026, 12, 9), 8, 90)], confirmed=False)
    found = history([*visits([at(date(2026, 11, 23), 8, 60)]), *planned])
    assert (found.weeks[0].monday, len(found.weeks), found.weeks[-1].monday) == (FIRST, 19, date(2026, 12, 7))
    assert (found.weeks[16].planned, found.weeks[18].planned, found.worked) == (0, 90, 60), "what is ahead is not averaged yet"
    assert len(history([]).weeks) == 17


def test_written_times_that_overlap_or_come_twice_make_a_file_that_can_be_read() -> None:
    # On 25 October 2026, 1:00 to 2:00 comes twice.
    first, second = datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    times = [(first, first + timedelta(minutes=30)), (second, second + timedelta(minutes=120))]
    overlapping = [at(FIRST, 8, 60), at(FIRST, 8.5, 60)]
    found = history(visits([*times, *overlapping]))
    assert found.worked == 30 + 70 + 90, "the file has the end of the hour for its second time"
    names: Any = json.loads(found.file)["people"]
    assert [person["id"] for person in names] == ["self_employed", "employed", "volunteer"], "nobody is named"


def test_nobody_under_18_opts_out_nor_anybody_twice_or_for_days_past() -> None:
    today, now = TODAY, datetime(2026, 11, 25, 12, tzinfo=UTC)
    goes_on = OptOut(WREN, WREN, today, None, now)
    ended = replace(goes_on, last_day=today + timedelta(days=7), ended_at=now)
    assert require_opt_out(today, today, [], is_adult=True) == today
    assert require_opt_out(today + timedelta(days=8), today, [ended], is_adult=True)
    for first_day, is_adult, earlier, reason in (
        (None, True, (), "DATE_MALFORMED"),
        (date(2200, 1, 1), True, (), "DATE_MALFORMED"),
        (today - timedelta(days=1), True, (), "OPT_OUT_PAST"),
        (today, False, (), "OPT_OUT_FOR_ADULTS"),
        (today, True, (goes_on,), "OPT_OUT_THERE"),
        (today + timedelta(days=7), True, (ended,), "OPT_OUT_THERE"),
    ):
        with pytest.raises((Invalid, AlreadyExists)) as refused:
            require_opt_out(first_day, today, earlier, is_adult=is_adult)
        assert reason in (refused.value.reason, *(problem.reason for problem in refused.value.problems))


def test_an_opt_out_ends_with_the_notice_of_the_rulebook_or_never_begins() -> None:
    goes_on = OptOut(WREN, WREN, TODAY, None, datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert last_day_of(goes_on, TODAY, 7) == date(2026, 12, 2)
    assert last_day_of(goes_on, TODAY, 90) == date(2027, 2, 23)
    assert last_day_of(replace(goes_on, first_day=TODAY + timedelta(days=1)), TODAY, 7) is None
    with pytest.raises(FailedPrecondition, match="OPT_OUT_ENDED"):
        last_day_of(replace(goes_on, last_day=TODAY), TODAY, 7)
