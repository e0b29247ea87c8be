"""Times of the week, as people write them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.refusals import Invalid
from services.matching.domain.weekly_hours import DAY_MINUTES, DAYS, MAX_TIMES, WeeklyTime, check_times, merge, parse_weekly_time


@st.composite
def weekly_times(draw: st.DrawFn) -> WeeklyTime:
    midnight = draw(st.integers(0, 6)) * DAY_MINUTES
    begins = draw(st.integers(0, DAY_MINUTES - 1))
    return WeeklyTime(midnight + begins, midnight + draw(st.integers(begins + 1, DAY_MINUTES)))


@given(weekly_times())
def test_a_time_reads_back_as_it_was_written(time: WeeklyTime) -> None:
    assert parse_weekly_time("times", time.day, *time.clock_times) == time


def test_a_day_may_end_at_midnight_and_no_later() -> None:
    assert parse_weekly_time("times", "sun", "23:59", "24:00").ends == 7 * DAY_MINUTES


@pytest.mark.parametrize(
    ("day", "begins", "ends", "reason"),
    [
        ("moon", "09:00", "10:00", "WEEKDAY_UNKNOWN"),
        ("mon", "9:00", "10:00", "CLOCK_TIME_MALFORMED"),
        ("mon", "09:60", "10:00", "CLOCK_TIME_MALFORMED"),
        ("mon", "09:00", "24:01", "CLOCK_TIME_MALFORMED"),
        ("mon", "٠٩:00", "10:00", "CLOCK_TIME_MALFORMED"),
        ("mon", "10:00", "10:00", "ENDS_BEFORE_BEGIN"),
        ("mon", "23:00", "01:00", "ENDS_BEFORE_BEGIN"),
    ],
)
def test_what_is_no_time_is_refused(day: str, begins: str, ends: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        parse_weekly_time("times", day, begins, ends)


@given(st.lists(weekly_times(), max_size=12))
def test_the_union_has_the_same_minutes_and_no_two_spans_touch(times: list[WeeklyTime]) -> None:
    spans = merge(times)

    assert {minute for begins, ends in spans for minute in range(begins, ends)} == {
        minute for time in times for minute in range(time.begins, time.ends)
    }
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(spans))


def test_times_are_kept_once_in_order_and_not_without_end() -> None:
    monday, tuesday = parse_weekly_time("times", "mon", "09:00", "10:00"), parse_weekly_time("times", "tue", "09:00", "10:00")
    assert check_times("times", [tuesday, monday, tuesday]) == (monday, tuesday)
    many = [WeeklyTime(number, number + 1) for number in range(MAX_TIMES + 1)]
    with pytest.raises(Invalid, match="TOO_MANY_TIMES"):
        check_times("times", many)
    assert len(DAYS) == 7
