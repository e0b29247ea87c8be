"""A person's calendar: its page, its address, and the file, as a library that did not write it reads it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from kith.scheduling.v1 import calendars_pb2 as pb
from services.scheduling.domain.calendar_window import MOST
from services.web.app import create_app
from services.web.pages.calendars.addresses import CalendarAddresses
from services.web.pages.calendars.calendar_file import calendar_file
from tests.unit.web.fake_calendars import KEY, STARTS
from tests.unit.web.fake_people import to_timestamp
from tests.unit.web.fake_services import FORMS_KEY, FakeServices
from tests.unit.web.fake_visits import OPEN, PROPOSED, TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser

PAGE = "/week/calendar"
ADDRESS = f"/calendar/{CalendarAddresses(FORMS_KEY).file_name(KEY)}"


def a_visit(at: datetime) -> pb.CalendarVisit:
    return pb.CalendarVisit(visit_id=TAKEN, starts_at=to_timestamp(at), ends_at=to_timestamp(at + timedelta(hours=1)), version=2)


def test_the_address_is_made_again_and_ended() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(PAGE)
    for words in (ADDRESS, 'href="webcal://', "Anybody who has the address can see when your visits are"):
        assert words in page, words
    for do in ("open", "close"):
        assert browser.submit(PAGE, do=do) == (303, f"{PAGE}?done={do}")
    assert [type(request) for request in fakes.calendars.requests if not isinstance(request, pb.GetCalendarRequest)] == [
        pb.OpenCalendarRequest, pb.CloseCalendarRequest,
    ]  # fmt: skip
    fakes.calendars.key = ""
    assert "/calendar/" not in browser.open(PAGE)


def test_a_calendar_fetches_it_without_signing_in_and_not_twice() -> None:
    fakes = FakeServices()
    http = TestClient(create_app(fakes.app_state(), https=False), base_url="http://localhost")
    answer = http.get(ADDRESS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["etag"].startswith('W/"')
    again = http.get(ADDRESS, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asked = len(fakes.calendars.requests)
    for guess in (f"/calendar/{KEY}.ics", ADDRESS.replace("0", "1", 1), f"{ADDRESS}x", "/calendar/a"):
        assert http.get(guess).status_code == 404
    assert len(fakes.calendars.requests) == asked, "a guess is refused before any service is asked"
    fakes.calendars.key = "f" * 32
    assert http.get(ADDRESS).status_code == 404


def test_another_library_reads_the_same_times_and_no_names() -> None:
    http = TestClient(create_app(FakeServices().app_state(), https=False), base_url="http://localhost")
    text = http.get(ADDRESS).text
    calendar = vobject.readOne(text)
    read = {event.uid.value: event for event in calendar.vevent_list}
    assert list(read) == [TAKEN, OPEN, PROPOSED]
    assert [event.dtstart.value.astimezone(UTC) for event in read.values()] == list(STARTS), "right through the clock change"
    assert {event.dtend.value.astimezone(UTC) - event.dtstart.value.astimezone(UTC) for event in read.values()} == {timedelta(hours=1)}
    assert [event.status.value for event in read.values()] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert {event.sequence.value for event in read.values()} == {"2"}
    assert {event.summary.value for event in read.values()} == {"Visit"}
    assert not {"location", "description", "attendee", "organizer"} & set(calendar.vevent.contents)


def test_a_full_calendar_stays_small() -> None:
    visits = [a_visit(datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=25) * number) for number in range(MOST)]
    assert len(calendar_file(visits, ZoneInfo("Europe/London"), "Visits", "Visit")) < 50_000


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
@given(minutes=st.integers(0, 729 * 24 * 4).map(lambda quarter: 15 * quarter))
@example(minutes=(296 * 24 + 12) * 60 + 30)
@example(minutes=(296 * 24 + 13) * 60 + 30)
def test_each_moment_of_each_zone_is_read_as_it_was_written(zone: str, minutes: int) -> None:
    begin = datetime(2026, 1, 1, 12, tzinfo=UTC)
    at = begin + timedelta(minutes=minutes)
    # The reader keeps the first component of each zone that it reads: this has all the years.
    visits = [a_visit(moment) for moment in (begin, at, datetime(2027, 12, 31, 12, tzinfo=UTC))]
    calendar = vobject.readOne(calendar_file(visits, ZoneInfo(zone), "Visits", "Visit").decode())
    assert [event.dtstart.value.astimezone(UTC) for event in calendar.vevent_list][1] == at
