"""The days of visits that repeat: RRULE days, and that none comes twice, however often and in whatever parts they are asked for."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.refusals import Invalid
from services.scheduling.domain.recurrence import days_of, every_weeks_of, make_rule, weekdays_of
from services.scheduling.domain.visit_series import AHEAD, NewSeries, VisitSeries, days_between, days_to_plan, propose, time_on

LONDON = ZoneInfo("Europe/London")
DAYS = st.dates(date(2026, 1, 1), date(2036, 12, 31))
WEEKDAYS = st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days)))


def a_series(
    first: date, weekdays: tuple[int, ...], every: int = 1, start: int = 540, minutes: int = 60, last: date | None = None
) -> VisitSeries:
    new = NewSeries(first, weekdays, every, start, minutes, last, 1)
    return propose(UUID(int=1), UUID(int=2), UUID(int=3), new, LONDON, first, UUID(int=4))


def days_by_counting(weekdays: tuple[int, ...], every: int, first_day: date, begin: date, end: date) -> list[date]:
    """The same, day by day: in every n-th week from the Monday of the first visit's week."""
    first = next(day for day in (first_day + timedelta(days=n) for n in range(7)) if day.isoweekday() in weekdays)
    monday = first - timedelta(days=first.weekday())
    found, day = [], max(first, begin)
    while day <= end:
        if day.isoweekday() in weekdays and (day - monday).days // 7 % every == 0:
            found.append(day)
        day += timedelta(days=1)
    return found


@given(WEEKDAYS, st.integers(1, 4), DAYS, DAYS, st.integers(0, 120))
def test_the_days_are_those_of_every_nth_week(weekdays: tuple[int, ...], every: int, first_day: date, begin: date, length: int) -> None:
    rule, end = make_rule(weekdays, every), begin + timedelta(days=length)
    assert (tuple(weekdays_of(rule)), every_weeks_of(rule)) == (weekdays, every)
    assert days_of(rule, first_day, begin, end) == days_by_counting(weekdays, every, first_day, begin, end)


@pytest.mark.capability("S6")
@given(WEEKDAYS, st.integers(1, 4), DAYS, st.lists(st.integers(0, 90), min_size=1, max_size=12), st.none() | st.integers(7, 400))
def test_no_day_of_a_series_is_planned_twice_and_none_is_left_out(
    weekdays: tuple[int, ...], every: int, first_day: date, waits: list[int], length: int | None
) -> None:
    """The job runs now and then, and each time goes on from where it was."""
    series = a_series(first_day, weekdays, every, last=first_day + timedelta(days=length) if length else None)
    planned, today, covered = list[date](), first_day, set[date]()
    for wait in waits:
        today += timedelta(days=wait)
        for _ in range(2):
            days, until = days_to_plan(series, today)
            planned += days
            series = VisitSeries(**{**vars(series), "planned_until": until})
        covered |= {today + timedelta(days=n) for n in range(AHEAD.days + 1)}
    assert planned == sorted(set(planned)), "no day twice"
    assert set(planned) == {day for day in days_between(series, first_day, today + AHEAD) if day in covered}
    starts = [time_on(series, day).starts for day in planned]
    assert starts == sorted(set(starts)), "nor a moment, also over a clock change"


@pytest.mark.capability("S6")
@given(st.integers(0, 1439), st.integers(1, 1440), st.sampled_from([date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28)]))
def test_the_local_time_stays_and_the_minutes_are_real(start: int, minutes: int, change: date) -> None:
    series = a_series(change - timedelta(days=3), (1, 2, 3, 4, 5, 6, 7), start=start, minutes=minutes)
    for day in days_between(series, change - timedelta(days=3), change + timedelta(days=3)):
        when = time_on(series, day)
        local = when.starts.astimezone(LONDON)
        skipped = change.month == 3 and day == change and 60 <= start < 120
        wanted = start + 60 if skipped else start
        assert (local.date(), local.time()) == (day, time(*divmod(wanted, 60)))
        assert local.fold == 0, "the first, where a time comes twice"
        assert when.ends - when.starts == timedelta(minutes=minutes)


def test_a_week_over_each_clock_change() -> None:
    night = a_series(date(2026, 3, 27), (5, 6, 7), start=90)
    assert [time_on(night, day).starts for day in days_between(night, date(2026, 3, 27), date(2026, 3, 30))] == [
        datetime(2026, 3, 27, 1, 30, tzinfo=UTC), datetime(2026, 3, 28, 1, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),  # half past two in summer: half past one is left out
    ]  # fmt: skip
    autumn = a_series(date(2026, 10, 19), (7, 1), start=9 * 60)
    assert [time_on(autumn, day).starts.hour for day in days_between(autumn, date(2026, 10, 19), date(2026, 10, 26))] == [8, 9, 9]


def test_a_pattern_never_begins_with_a_gap() -> None:
    rule = make_rule([1], 2)
    assert rule == "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO"
    wednesday = date(2026, 12, 2)
    assert days_of(rule, wednesday, wednesday, date(2027, 1, 4)) == [date(2026, 12, 7), date(2026, 12, 21), date(2027, 1, 4)]
    assert days_of(rule, wednesday, date(2026, 12, 8), date(2026, 12, 20)) == []


@pytest.mark.parametrize(
    ("weekdays", "every", "reason"),
    [
        ((), 1, "SERIES_WEEKDAYS"),
        ((0,), 1, "SERIES_WEEKDAYS"),
        ((1, 8), 1, "SERIES_WEEKDAYS"),
        ((1,), 0, "SERIES_EVERY"),
        ((1,), 5, "SERIES_EVERY"),
    ],
)
def test_a_pattern_that_cannot_be_is_refused(weekdays: tuple[int, ...], every: int, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        make_rule(weekdays, every)
