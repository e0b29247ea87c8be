"""The demonstration ends on a morning with a day ahead of it, at whatever hour somebody starts it."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scripts.cli.demo.clocks import next_morning

ZONE = ZoneInfo("Europe/London")
_REST = timedelta(hours=11)
"""Between two days of work: Working Time Regulations 1998, regulation 10."""


@pytest.mark.parametrize("day", [datetime(2026, 11, 29), datetime(2026, 3, 28), datetime(2026, 10, 24)])  # noqa: DTZ001 - of the zone, below
def test_a_first_visit_at_any_minute_is_followed_by_a_whole_day_after_the_rest(day: datetime) -> None:
    for minute in range(0, 24 * 60, 5):
        ends = (day + timedelta(minutes=minute)).replace(tzinfo=ZONE).astimezone(UTC)
        morning = next_morning(ends, ZONE)
        assert (morning.tzinfo, time(8) < morning.time() < time(8, 30)) == (ZONE, True), "the next half hour is a visit of that day"
        assert _REST <= morning.astimezone(UTC) - ends <= timedelta(hours=37), ends


@pytest.mark.parametrize(
    ("ends", "morning"),
    [
        ("2026-11-29T00:30", "2026-11-30T08:05"),
        ("2026-11-29T20:00", "2026-11-30T08:05"),
        ("2026-11-29T20:30", "2026-12-01T08:05"),
        ("2026-11-30T00:10", "2026-12-01T08:05"),
    ],
)
def test_after_a_late_visit_the_morning_comes_a_day_later(ends: str, morning: str) -> None:
    found = next_morning(datetime.fromisoformat(ends).replace(tzinfo=ZONE), ZONE)
    assert found == datetime.fromisoformat(morning).replace(tzinfo=ZONE)
