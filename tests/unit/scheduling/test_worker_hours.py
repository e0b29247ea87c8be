"""What a worker has taken leaves them rest: asked at every visit that they take."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from libs.refusals import FailedPrecondition
from libs.rulebook import WorkingTimeRules
from services.scheduling.domain.worker_hours import require_rest

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
Times = tuple[datetime, datetime]


def at(day: int, hour: float, hours: float = 1) -> Times:
    """Hours of a day, counted from a Monday in winter."""
    start = MONDAY + timedelta(days=day, hours=hour)
    return start, start + timedelta(hours=hours)


def refusal(taken: list[Times], new: Times) -> tuple[str, str]:
    with pytest.raises(FailedPrecondition) as refused:
        require_rest(WorkingTimeRules(), LONDON, taken, new)
    return refused.value.reason, refused.value.details["at"]


@pytest.mark.capability("L8", "S1")
def test_eleven_hours_of_rest_a_day_to_the_minute() -> None:
    late = at(0, 21)
    require_rest(WorkingTimeRules(), LONDON, [late], at(1, 9))
    assert refusal([late, at(0, 8)], at(1, 8 + 59 / 60, 13)) == ("REST_TOO_SHORT", "2026-01-05T21:00")
    require_rest(WorkingTimeRules(), LONDON, [late, at(0, 9)], at(1, 9))


@pytest.mark.capability("L8")
def test_a_day_off_a_week_or_two_in_a_fortnight() -> None:
    fortnight = [at(day, 8, 8) for day in range(7, 20)]
    require_rest(WorkingTimeRules(), LONDON, fortnight[:11], fortnight[11])
    assert refusal(fortnight[:12], fortnight[12])[0] == "WEEKLY_REST_TOO_SHORT", "two days off in the second week, or none at all"
    one_a_week = [times for times in fortnight if times != at(12, 8, 8)]
    require_rest(WorkingTimeRules(), LONDON, one_a_week[:-1], one_a_week[-1])


@pytest.mark.capability("L8")
def test_forty_eight_hours_a_week_over_seventeen_weeks_to_the_minute() -> None:
    weeks = [at(7 * week + day, 8, 9.6) for week in range(17) for day in range(5)]
    *others, last = weeks
    require_rest(WorkingTimeRules(), LONDON, others, last)
    longer = (last[0], last[1] + timedelta(minutes=1))
    assert refusal(others, longer)[0] == "WEEK_TOO_LONG"
    assert refusal(weeks[1:], (weeks[0][0], weeks[0][1] + timedelta(minutes=1)))[0] == "WEEK_TOO_LONG", "visits to come count as well"
    assert refusal(weeks, at(7 * 8 + 5, 8, 1))[0] == "WEEK_TOO_LONG"


def test_nobody_is_asked_for_a_rest_that_was_missing_before() -> None:
    tight = [at(0, 21), at(1, 7), at(0, 10)]
    require_rest(WorkingTimeRules(), LONDON, tight, at(4, 10))


def test_the_night_of_the_clock_change_is_an_hour_shorter() -> None:
    saturday = datetime(2026, 3, 28, tzinfo=UTC)
    day = (saturday + timedelta(hours=9), saturday + timedelta(hours=21, minutes=30))
    by_the_clock = datetime(2026, 3, 29, 8, 30, tzinfo=LONDON).astimezone(UTC)
    assert refusal([day], (by_the_clock, by_the_clock + timedelta(hours=2)))[0] == "REST_TOO_SHORT"
    hour_later = by_the_clock + timedelta(hours=1)
    require_rest(WorkingTimeRules(), LONDON, [(day[0], day[1])], (hour_later, hour_later + timedelta(hours=2)))
