"""A time of day as people type it."""

from datetime import UTC, datetime, timedelta

import pytest

from kith.scheduling.v1 import visits_pb2 as pb
from services.web.localisation.clock_times import minute_of_day
from services.web.localisation.dates import format_hour
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

_HALF_PAST_TWO, _FIVE_PAST_NINE = 14 * 60 + 30, 9 * 60 + 5


@pytest.mark.parametrize("typed", ["14:30", "14.30", "1430", "14 30", " 14:30 ", "2:30 pm", "2.30pm", "2:30 P.M.", "2 30 pm"])
def test_a_time_in_the_afternoon_is_typed_in_many_ways(typed: str) -> None:
    assert minute_of_day(typed) == _HALF_PAST_TWO


@pytest.mark.parametrize("typed", ["9:05", "09:05", "0905", "9.05", "9 05", "9:05am", "9.05 a.m."])
def test_a_time_in_the_morning_is_typed_in_many_ways(typed: str) -> None:
    assert minute_of_day(typed) == _FIVE_PAST_NINE


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("2pm", 14),
        ("9am", 9),
        ("12pm", 12),
        ("12am", 0),
        ("00:00", 0),
        ("noon", 12),
        ("12 noon", 12),
        ("Midnight", 0),
        ("9 in the morning", 9),
        ("12 in the afternoon", 12),
        ("2 in the afternoon", 14),
        ("8 in the evening", 20),
        ("11 at night", 23),
        ("12 at night", 0),
        ("2 at night", 2),
    ],
)
def test_an_hour_that_says_its_part_of_the_day_is_a_time(typed: str, hours: int) -> None:
    assert minute_of_day(typed) == hours * 60


@pytest.mark.parametrize("typed", ["23:59", "11:59 pm", "2359"])
def test_the_last_minute_is_one_of_the_day(typed: str) -> None:
    assert minute_of_day(typed) == 24 * 60 - 1


@pytest.mark.parametrize(
    "typed",
    ["", "9", "9:75", "9:5:1", "9:5", "\uff19:05", "930", "14300", "24:00", "2560", "99 99", ":30", "9:", "-9:05", "9,05", "soon", "am"],
)
def test_what_can_be_misunderstood_is_no_time(typed: str) -> None:
    assert minute_of_day(typed) == -1


@pytest.mark.parametrize(
    "typed",
    ["14 pm", "0 am", "13:30 in the afternoon", "9 in the afternoon", "12 in the morning", "2 in the evening", "5 at night", "9:75 pm"],
)
def test_an_hour_in_the_wrong_part_of_the_day_is_no_time(typed: str) -> None:
    assert minute_of_day(typed) == -1


def test_every_time_that_our_pages_say_can_be_typed() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    for minute in range(24 * 60):
        said = format_hour(midnight + timedelta(minutes=minute), UTC)  # type: ignore[arg-type]  # has no name, and needs none
        assert minute_of_day(said) == minute, said


def test_a_visit_is_proposed_at_a_time_as_it_was_typed() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/visits/new")
    who = browser.page.split('name="who" value="')[1].split('"')[0]
    day = f"{NOW.date() + timedelta(days=1)}".split("-")
    browser.submit(
        "/visits/new",
        who=who,
        start="2:30 pm",
        minutes="15",
        workers="1",
        **dict(zip(("day-year", "day-month", "day-day"), day, strict=True)),
    )
    asked = [one for one in fakes.visits.requests if isinstance(one, pb.ProposeVisitRequest)]
    assert asked[-1].when.start == _HALF_PAST_TWO
