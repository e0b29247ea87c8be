"""When day sheets go out, and when another one takes the place of the first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.day_sheet import SentSheet, SheetVisit, days_due, ends_at, fingerprint, must_go_out, next_due

LONDON = ZoneInfo("Europe/London")
STARTS = datetime(2026, 6, 3, 8, tzinfo=UTC)
ONE = SheetVisit(UUID(int=1), STARTS, STARTS + timedelta(hours=1), True, (UUID(int=5),), None, ())  # noqa: FBT003 - a field of the value
TWO = replace(ONE, visit=UUID(int=2), starts=STARTS + timedelta(hours=2), ends=STARTS + timedelta(hours=3))


@pytest.mark.parametrize(
    ("now", "days", "following"),
    [
        ("2026-06-02T16:59:59+00:00", [2], "2026-06-02T17:00+00:00"),
        ("2026-06-02T17:00:00+00:00", [2, 3], "2026-06-03T17:00+00:00"),
        ("2026-06-02T22:59:59+00:00", [2, 3], "2026-06-03T17:00+00:00"),
        ("2026-06-02T23:00:00+00:00", [3], "2026-06-03T17:00+00:00"),
    ],
)
def test_from_the_local_hour_on_tomorrow_goes_out(now: str, days: list[int], following: str) -> None:
    at = datetime.fromisoformat(now)
    assert [day.day for day in days_due(LONDON, at, 18)] == days
    assert next_due(LONDON, at, 18) == datetime.fromisoformat(following)


def test_a_sheet_goes_out_once_for_each_plan() -> None:
    sent = SentSheet(1, fingerprint([ONE, TWO]))
    assert must_go_out([ONE], None, STARTS)
    assert must_go_out([ONE], None, STARTS + timedelta(minutes=59)), "late, while it is of use"
    assert not must_go_out([ONE], None, STARTS + timedelta(hours=1))
    assert not must_go_out([], None, STARTS)
    assert not must_go_out([TWO, ONE], sent, STARTS), "in whatever order"
    assert not must_go_out([ONE, TWO], sent, STARTS + timedelta(hours=9)), "nor as the day goes by"
    for changed in ([ONE], [], [ONE, replace(TWO, tasks=UUID(int=7))], [ONE, replace(TWO, others=(UUID(int=6),))]):
        assert must_go_out(changed, sent, STARTS)


def test_a_sheet_is_of_use_until_its_day_ends_by_the_local_clock() -> None:
    assert ends_at(LONDON, date(2026, 6, 3)) == datetime(2026, 6, 3, 23, tzinfo=UTC)
    assert ends_at(LONDON, date(2026, 10, 25)) == datetime(2026, 10, 26, tzinfo=UTC), "a day of 25 hours"
