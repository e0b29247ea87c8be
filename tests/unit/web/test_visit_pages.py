"""Visits on pages: the week, one visit, and what people do there."""

import re
from datetime import datetime, timedelta

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.scheduling.v1 import visits_pb2 as pb
from libs.refusals import AlreadyExists, FailedPrecondition, invalid
from tests.unit.web.fake_people import ADA, JO, MO, NOW, to_timestamp
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import GIVEN, HAD, OPEN, PROPOSED, TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("S1")
def test_the_week_says_who_comes_where_one_goes_and_what_needs_somebody(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = " ".join(visible_text(browser.open("/week")))
    assert "Wednesday 25 November" in text
    assert "Waits for a yes" in text
    assert "You come" in text
    assert "You go to Mo Stone" in text
    assert "2 people are still needed" in text
    asked = fakes.visits.requests[-1]
    assert isinstance(asked, pb.GetDaysRequest)
    assert (asked.with_open_visits, asked.end.ToDatetime() - asked.begin.ToDatetime()) == (True, timedelta(days=7))

    assert browser.submit("/week", visit=OPEN, version="1") == (303, "/week?done=taken")
    sent = fakes.visits.requests[-1]
    assert isinstance(sent, pb.TakeVisitRequest)
    assert (sent.visit_id, sent.version) == (OPEN, 1)
    fakes.visits.refusals["TakeVisit"] = AlreadyExists("VISIT_TAKEN")
    status, _ = browser.submit("/week", visit=OPEN, version="1")
    assert status == 409
    assert "Somebody else has taken this visit." in browser.page


def test_the_week_has_all_visits_however_many_there_are(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.on_second_pages = [fakes.visits.visits[number] for number in (HAD, GIVEN)]
    page = browser.open("/week")
    assert all(f"/visits/{visit}" in page for visit in (PROPOSED, TAKEN, OPEN, HAD, GIVEN))


def test_of_a_visit_that_is_over_it_is_said_who_was_to_come(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    def says(visit: str) -> str:
        return " ".join(visible_text(browser.open(f"/visits/{visit}")))

    had, without = fakes.visits.visits[HAD], f"/week/without/{MO}"
    had.worker_ids.append(MO)
    assert "Mo Stone was to come" in says(HAD)
    assert without not in browser.page, "there is nothing more to plan without them"
    assert "You were to come" in says(GIVEN)
    had.free_places = 1
    assert "Somebody was still needed" in says(HAD)
    had.free_places = 0
    del had.worker_ids[:]
    assert "Somebody was to come" in says(HAD)
    assert "Who was to come" in says(HAD)
    had.worker_ids.append(MO)
    had.starts_at.FromDatetime(NOW - timedelta(minutes=30))
    had.ends_at.FromDatetime(NOW + timedelta(minutes=30))
    assert "Mo Stone comes" in says(HAD), "while it goes on"
    assert "Who comes" in says(HAD)
    assert without in browser.page, "who should be there has not come: the rest of the week can be planned"


def test_the_week_names_who_comes_to_the_person(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    own = fakes.visits.visits[PROPOSED]
    own.state, own.free_places, own.workers = pb.VISIT_STATE_AGREED, 0, 2
    own.worker_ids.append(MO)
    assert "Mo Stone comes" in browser.open("/week")
    own.worker_ids.append(JO)
    assert re.search("Mo Stone and Jo .* come<", browser.open("/week"))


@pytest.mark.parametrize(
    ("visit", "offered"),
    [
        (PROPOSED, ["Yes, this time is right", "No, not at this time", "Propose another time", "Cancel this visit"]),
        (TAKEN, ["I cannot come after all", "Propose another time"]),
        (OPEN, ["I can take this", "Propose another time"]),
    ],
)
def test_a_visit_offers_what_this_person_can_do(browser: ScriptlessBrowser, visit: str, offered: list[str]) -> None:
    every = {"Yes, this time is right", "No, not at this time", "I can take this", "I cannot come after all", "Cancel this visit"}
    page = browser.open(f"/visits/{visit}")
    assert {words for words in {*every, "Propose another time"} if words in page} == set(offered)


def test_a_visit_that_has_started_offers_nothing(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.visits[OPEN].starts_at.CopyFrom(to_timestamp(NOW - timedelta(minutes=5)))
    assert "I can take this" not in browser.open(f"/visits/{OPEN}")


@pytest.mark.capability("S6")
def test_the_page_shows_who_proposed_another_time_and_sends_the_answer(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    visit = fakes.visits.visits[PROPOSED]
    visit.state, visit.version, visit.agreed_by = pb.VISIT_STATE_MOVING, 3, ADA
    visit.other_starts_at.CopyFrom(to_timestamp(NOW + timedelta(days=8)))
    visit.other_ends_at.CopyFrom(to_timestamp(NOW + timedelta(days=8, hours=1)))
    text = " ".join(visible_text(browser.open(f"/visits/{PROPOSED}")))
    assert "Wednesday 2 December" in text
    assert "Proposed by Jo Bright." in text
    assert "Agreed by Ada Fenwick." in text
    for do, kind in (("agree", pb.AgreeVisitRequest), ("decline", pb.DeclineVisitRequest), ("cancel", pb.CancelVisitRequest)):
        assert browser.submit(f"/visits/{PROPOSED}", version="3", do=do) == (303, f"/visits/{PROPOSED}?done={do}")
        sent = fakes.visits.requests[-1]
        assert isinstance(sent, kind)
        assert sent.version == 3
    assert browser.submit(f"/visits/{PROPOSED}", version="3", do="give_back") == (303, "/week")


@pytest.mark.capability("S6")
def test_a_visit_is_proposed_with_a_day_a_time_and_a_length(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "Ada Fenwick" in browser.open("/visits/new")
    answers = {"who": JO, "day-pick": "2026-11-25", "start": "14:30", "minutes": "90", "workers": "2"}
    assert browser.submit("/visits/new", **answers) == (303, f"/visits/{PROPOSED}?done=propose")
    sent = fakes.visits.requests[-1]
    assert isinstance(sent, pb.ProposeVisitRequest)
    assert (sent.person_id, sent.when, sent.workers) == (JO, pb.LocalTime(day="2026-11-25", start=870, minutes=90), 2)
    for start in ("half past two", "99", "²:30"):
        browser.submit("/visits/new", **(answers | {"start": start}))
        sent = fakes.visits.requests[-1]
        assert isinstance(sent, pb.ProposeVisitRequest)
        assert sent.when.start == -1, "the service refuses it"
    fakes.visits.refusals["ProposeVisit"] = invalid("start", "TIME_SKIPPED")
    assert browser.submit("/visits/new", **answers)[0] == 422
    assert "the clocks go forward" in browser.page


def test_another_time_is_proposed_for_the_version_that_was_shown(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open(f"/visits/{TAKEN}/move")
    answers = {"day-pick": "2026-11-25", "start": "9:05", "minutes": "60", "version": "1"}
    assert browser.submit(f"/visits/{TAKEN}/move", **answers) == (303, f"/visits/{TAKEN}?done=move")
    sent = fakes.visits.requests[-1]
    assert isinstance(sent, pb.MoveVisitRequest)
    assert (sent.visit_id, sent.version, sent.when.start) == (TAKEN, 1, 545)
    fakes.visits.refusals["MoveVisit"] = FailedPrecondition("VISIT_STARTED")
    assert browser.submit(f"/visits/{TAKEN}/move", **answers)[0] == 422
    assert "This visit has started" in browser.page


def test_another_time_begins_with_the_time_that_the_visit_has(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.visits[TAKEN].ends_at.CopyFrom(to_timestamp(NOW + timedelta(days=2, minutes=15)))
    starts = NOW + timedelta(days=2)
    browser.open(f"/visits/{TAKEN}/move")
    shown = dict(re.findall(r'name="(day-day|day-month|day-year|start)" value="([^"]*)"', browser.page))
    assert shown == {"day-day": f"{starts:%-d}", "day-month": f"{starts:%-m}", "day-year": f"{starts:%Y}", "start": f"{starts:%H:%M}"}
    assert re.search(r'<option value="15"[^>]* selected', browser.page), "and as long as it is"
    fakes.visits.refusals["MoveVisit"] = invalid("start", "CLOCK_TIME_MALFORMED")
    assert browser.submit(f"/visits/{TAKEN}/move", start="", minutes="15", version="1")[0] == 422
    assert 'name="start" value=""' in browser.page, "what somebody emptied stays empty"


def test_a_visit_at_the_time_of_another_one_says_so(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    answers = {"who": ADA, "day-pick": "2026-11-25", "start": "9:05", "minutes": "60", "workers": "1"}
    for fakes.visits.overlaps in (False, True):
        browser.open("/visits/new")
        page = browser.open(browser.submit("/visits/new", **answers)[1])
        assert "The visit is proposed." in page
        assert ("Another visit to the same person is at that time." in page) is fakes.visits.overlaps
        browser.open(f"/visits/{TAKEN}/move")
        moved = browser.submit(f"/visits/{TAKEN}/move", **{name: answers[name] for name in ("day-pick", "start", "minutes")}, version="1")
        assert ("Another visit to the same person is at that time." in browser.open(moved[1])) is fakes.visits.overlaps
    fakes.visits.visits[PROPOSED].state = pb.VISIT_STATE_AGREED
    page = browser.open(f"/visits/{PROPOSED}?done=propose")
    assert "The visit is planned." in page, "what somebody proposes for themselves"


def test_of_a_visit_that_is_called_off_it_is_not_said_that_nobody_had_taken_it(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    nobody = "Nobody has taken this visit so far."
    assert nobody in browser.open(f"/visits/{PROPOSED}")
    fakes.visits.visits[PROPOSED].state = pb.VISIT_STATE_CANCELLED
    page = browser.open(f"/visits/{PROPOSED}")
    assert nobody not in page
    assert "Who comes" not in page


def test_the_other_time_of_ones_own_visit_holds_at_once(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    moved = fakes.visits.visits[TAKEN]
    assert "The visit has this time now." in browser.open(f"/visits/{TAKEN}?done=move")
    moved.state = pb.VISIT_STATE_MOVING
    assert "The other time is proposed." in browser.open(f"/visits/{TAKEN}?done=move")


@pytest.mark.parametrize(
    ("begins", "minutes", "says"),
    [
        ("2027-10-31T00:30+00:00", 60, "1:30 at night to 1:30 at night, as the clocks go back"),
        ("2027-10-30T23:30+00:00", 180, "12:30 at night to 2:30 at night, as the clocks go back"),
        ("2027-10-31T00:15+00:00", 30, "1:15 at night to 1:45 at night, before the clocks go back"),
        ("2027-10-31T01:15+00:00", 30, "1:15 at night to 1:45 at night, after the clocks go back"),
        ("2027-10-31T02:15+00:00", 30, "2:15 at night to 2:45 at night"),
        ("2027-03-28T00:30+00:00", 60, "12:30 at night to 2:30 at night"),
    ],
)
def test_a_visit_in_the_hour_that_comes_twice_says_so(
    fakes: FakeServices, browser: ScriptlessBrowser, begins: str, minutes: int, says: str
) -> None:
    starts = datetime.fromisoformat(begins)
    fakes.visits.visits[TAKEN].starts_at.CopyFrom(to_timestamp(starts))
    fakes.visits.visits[TAKEN].ends_at.CopyFrom(to_timestamp(starts + timedelta(minutes=minutes)))
    lead = browser.open(f"/visits/{TAKEN}").split('<p class="lead">')[1].split("</p>")[0]
    assert lead.endswith(f", {says}")


@pytest.mark.capability("S7")
def test_the_person_reads_who_came_and_how_much_it_was_the_same(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = " ".join(visible_text(browser.open("/week/who-came")))
    assert "In the last 12 weeks 3 people came, for 10 visits." in text
    assert "Most often: Jo Bright, 6 visits." in text
    assert "It is often the same people." in text
    assert "index: 0.40. Share of who came most often: 0.60." in text
    fakes.visits.came.clear()
    assert "Nobody came in the last 12 weeks." in " ".join(visible_text(browser.open("/week/who-came")))


def test_who_acts_for_somebody_sees_their_week_and_takes_nothing(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_TEAM]}
    browser.open("/")
    assert browser.submit("/acting/begin", person=JO) == (303, "/acting")
    text = " ".join(visible_text(browser.open("/week")))
    assert "The week of Jo Bright" in text
    assert "I can take this" not in text
    asked = fakes.visits.requests[-1]
    assert isinstance(asked, pb.GetDaysRequest)
    assert asked.person_id == JO
