"""My day: the page, what its script sends, and that nothing else may run there."""

from datetime import datetime, timedelta

import pytest

from kith.scheduling.v1 import visit_records_pb2 as pb
from kith.scheduling.v1.visit_gaps_pb2 import DistanceOfVisit
from libs.refusals import FailedPrecondition, Unavailable, invalid
from services.web.http.kept_forms import FormOwners
from services.web.http.security_headers import CONTENT_SECURITY_POLICY
from tests.support.hidden_fields import hidden_fields
from tests.unit.web.fake_distances import HOLDS
from tests.unit.web.fake_ids import FORMS_KEY
from tests.unit.web.fake_people import ADA, MO, NAMES, NOW, to_timestamp
from tests.unit.web.fake_services import CODE, FakeServices
from tests.unit.web.fake_visits import TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser

DAY, SEND = "/today", "/today/send"
STARTED, WRITE = {"visit": TAKEN, "do": "start", "at": "2026-11-24T09:05:30.250Z"}, {"visit": TAKEN, "day": "2026-11-24", "do": "write"}


@pytest.fixture
def fakes() -> FakeServices:
    fakes = FakeServices()
    for name, hours in (("starts_at", 0), ("ends_at", 1)):
        getattr(fakes.visits.visits[TAKEN], name).CopyFrom(to_timestamp(NOW.replace(hour=NOW.hour + hours)))
    return fakes


def send(fakes: FakeServices, **fields: str) -> tuple[int, dict[str, str]]:
    """As the script sends it."""
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open(DAY)
    response = browser.http.post(SEND, data=hidden_fields(browser.page, SEND) | fields, headers={"origin": fakes.public_url})
    is_json = response.headers.get("content-type", "") == "application/json"
    return response.status_code, response.json() if is_json else {}


def test_only_on_a_phone_of_ones_own_does_the_page_say_whose_it_is(fakes: FakeServices) -> None:
    assert "x-kith-whose" not in ScriptlessBrowser(fakes).sign_in().http.get(DAY).headers
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in")
    browser.submit("/sign-in/code", code=CODE, device="own")
    whose = FormOwners(FORMS_KEY).mark(ADA)
    assert {browser.http.get(path).headers["x-kith-whose"] for path in (DAY, f"{DAY}/facts")} == {whose}
    assert 'data-today="own"' in browser.open(DAY)


def test_what_another_person_wrote_is_not_sent_as_this_one(fakes: FakeServices) -> None:
    mo = FormOwners(FORMS_KEY).field(MO, "today")
    status, answer = send(fakes, **WRITE, start="9:10", form_owner=mo)
    assert (status, answer) == (400, {})
    assert not [request for request in fakes.visit_records.requests if isinstance(request, pb.SendVisitRequest)]


def test_a_day_has_its_visits_and_works_without_the_script(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open(DAY)
    for words in (f"You go to {NAMES[MO][0]}", "Start or write it down", f'href="/visits/{TAKEN}"', 'data-today="shared"'):
        assert words in page, words
    policy = browser.http.get(DAY).headers["content-security-policy"]
    site = "https://elm-row.example"
    assert policy == (
        f"{CONTENT_SECURITY_POLICY}; script-src {site}/static/today.js; connect-src {site}; worker-src {site}/today-worker.js"
    )
    worker = browser.http.get("/today-worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    facts = browser.open(f"{DAY}/facts")
    assert f"All that {NAMES[MO][0]} lets you see" in facts


def test_where_a_time_is_typed_a_phone_shows_all_its_letters(fakes: FakeServices) -> None:
    """A keyboard of digits may have no colon."""
    page = ScriptlessBrowser(fakes).sign_in().open(DAY)
    for name in ("start", "end"):
        assert "inputmode" not in page.split(f' name="{name}"')[1].split(">")[0]


@pytest.mark.capability("S6")
def test_who_goes_to_a_visit_reads_what_it_keeps_a_distance_to(fakes: FakeServices) -> None:
    """In the week, on the phone and on paper: that is where somebody looks who comes half an hour early."""
    rule = DistanceOfVisit(visit_id=TAKEN, gap_id=HOLDS, least_minutes=240)
    for field, hours in (("other_starts_at", -5), ("other_ends_at", -4), ("starts_at", 0), ("ends_at", 1)):
        getattr(rule, field).CopyFrom(to_timestamp(NOW + timedelta(hours=hours)))
    fakes.visit_gaps.distances.append(rule)
    browser = ScriptlessBrowser(fakes).sign_in()
    for path in (DAY, f"{DAY}/sheet?day={NOW.date()}", f"/week/mine?week={NOW.date()}"):
        assert "At least 4 hours after the visit from 4:05" in browser.open(path), path


def test_what_was_started_and_written_without_signal_says_when(fakes: FakeServices) -> None:
    assert send(fakes, **STARTED) == (204, {})
    started = fakes.visit_records.requests[-1]
    assert isinstance(started, pb.StartVisitRequest)
    assert started.started_at.ToDatetime() == datetime(2026, 11, 24, 9, 5, 30, 250000)  # noqa: DTZ001 - as the message has it
    for typed, ends in (
        ({"end": "10:20"}, ("2026-11-24", 620)),
        ({"end": "0:30"}, ("2026-11-25", 30)),
        ({"end": "nonsense"}, ("2026-11-24", -1)),
        ({"at": "2026-11-24T10:02:00.000Z"}, ("2026-11-24", 602)),
    ):
        assert send(fakes, **WRITE, start="9:10", note="Lunch", **typed) == (204, {})
        sent = fakes.visit_records.requests[-1]
        assert isinstance(sent, pb.SendVisitRequest)
        assert (sent.starts.minute, sent.note, (sent.ends.day, sent.ends.minute)) == (550, "Lunch", ends)
    for planned, clock, day in (("00:05", "23:52", "2026-11-23"), ("23:50", "0:10", "2026-11-25"), ("12:00", "23:59", "2026-11-24")):
        assert send(fakes, **WRITE, planned=planned, start=clock) == (204, {})
        sent = fakes.visit_records.requests[-1]
        assert isinstance(sent, pb.SendVisitRequest)
        assert sent.starts.day == day, "by the day on which it is near the plan"
    assert send(fakes, **WRITE | {"day": "9999-12-31"}, start="9:10", end="9:00") == (204, {}), "the service says what is wrong with it"
    assert send(fakes, **WRITE, start="9:10", at="not a time") == (204, {})
    sent = fakes.visit_records.requests[-1]
    assert isinstance(sent, pb.SendVisitRequest)
    assert not sent.HasField("ends"), "the service takes now"


def test_a_refusal_is_a_sentence_and_everything_else_means_later(fakes: FakeServices) -> None:
    refusals = fakes.visit_records.refusals
    refusals["SendVisit"] = FailedPrecondition("RECORD_WRITTEN")
    status, answer = send(fakes, **WRITE, start="9:10")
    assert status == 200
    assert answer["refused"].startswith("You have written down this visit already.")
    refusals["SendVisit"] = invalid("ends", "RECORD_ENDS_FIRST")
    assert send(fakes, **WRITE, start="9:10")[1]["refused"]
    refusals["SendVisit"] = Unavailable("DATABASE_AWAY")
    assert send(fakes, **WRITE, start="9:10") == (503, {})
    refusals["StartVisit"] = FailedPrecondition("RECORD_BEGUN")
    assert send(fakes, **STARTED) == (204, {}), "what is begun already needs no second beginning"
    refusals["StartVisit"] = FailedPrecondition("RECORD_TOO_EARLY")
    assert send(fakes, **STARTED)[1]["refused"]


def test_a_browser_without_room_for_it_sends_a_form_like_any_other(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open(DAY)
    headers = {"accept": "text/html,application/xhtml+xml", "origin": fakes.public_url}
    response = browser.http.post(SEND, data=hidden_fields(browser.page, SEND) | WRITE, headers=headers)
    assert (response.status_code, response.headers["location"]) == (303, "/today?done=sent")
