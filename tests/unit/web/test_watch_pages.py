"""The watch on pages: who holds it, what is open, what the person reads while they wait, and what the worker says."""

from datetime import timedelta
from typing import TypeVar

import pytest

from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import watch_pb2 as pb
from libs.refusals import invalid
from tests.unit.web.fake_people import ADA, JO, NOW, to_timestamp
from tests.unit.web.fake_series import RUNNING
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import GIVEN, HAD, PROPOSED, TAKEN
from tests.unit.web.fake_watch import ASKED, HELD, LATE, add_step
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


Sent = TypeVar("Sent")


def last(fakes: FakeServices, kind: type[Sent]) -> Sent:
    return [request for request in fakes.watch.requests if isinstance(request, kind)][-1]


def text_of(browser: ScriptlessBrowser, path: str) -> str:
    return " ".join(visible_text(browser.open(path)))


@pytest.mark.capability("L7")
def test_everybody_reads_who_holds_the_watch_and_the_one_who_is_asked_answers(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/watch")
    assert "Somebody holds the watch now." in text
    assert "Told first: Mo Stone" in text
    assert "You are asked to hold the watch" in text
    assert "Only e-mail reaches you at once" in text
    assert "In these times Kith did not run, or could tell nobody." in text
    assert browser.submit("/watch", duty=ASKED, do="accept") == (303, "/watch?done=accept")
    assert last(fakes, pb.AcceptWatchRequest).duty_id == ASKED
    browser.open("/watch")
    assert browser.submit("/watch", duty=ASKED, do="decline") == (303, "/watch?done=decline")
    fakes.watch.watch.held_now = False
    del fakes.watch.watch.duties[:]
    assert "Nobody holds the watch now. Only the secretaries are told." in text_of(browser, "/watch")


@pytest.mark.capability("L7")
def test_a_secretary_asks_and_ends(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/watch/ask?q=jo")
    assert browser.submit("/watch/ask", q="jo", who=JO, rank="2") == (303, "/watch?done=asked")
    asked = last(fakes, pb.AskWatchHolderRequest)
    assert (asked.person_id, asked.rank, asked.first_day, asked.last_day) == (JO, 2, "", "")
    browser.open("/watch/ask?q=jo")
    assert browser.submit("/watch/ask", q="jo", who=JO)[0] == 422
    fakes.watch.refusals["AskWatchHolder"] = invalid("last_day", "WATCH_ENDS_BEFORE")
    browser.open("/watch/ask?q=jo")
    assert browser.submit("/watch/ask", q="jo", who=JO, rank="1")[0] == 422
    browser.open("/watch")
    assert browser.submit("/watch", duty=HELD, do="end") == (303, "/watch?done=end")
    assert last(fakes, pb.EndWatchRequest).duty_id == HELD


@pytest.mark.capability("L7")
def test_who_holds_the_watch_takes_what_is_open_and_says_how_it_was_sorted(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/watch/open")
    assert "Late: we told somebody, and wait for their answer." in text
    assert "Mo Stone has not said that they have started." in text
    assert "we told Mo Stone, who holds the watch." in text
    assert "Mo Stone was alone, and has not said that they are done." in text
    assert "In an emergency: open the record of" in text
    assert browser.submit("/watch/open", alert=LATE) == (303, "/watch/open?done=taken")
    assert last(fakes, pb.TakeAlertRequest).alert_id == LATE
    path = f"/watch/open/{LATE}/sorted"
    browser.open(path)
    assert browser.submit(path, words="Her sister is there") == (303, "/watch/open?done=sorted")
    assert last(fakes, pb.SortAlertRequest).words == "Her sister is there"
    fakes.watch.alerts = []
    assert "Nothing is open now." in text_of(browser, "/watch/open")
    assert "not open any more" in text_of(browser, path)


@pytest.mark.capability("L7")
@pytest.mark.parametrize(
    ("steps", "state", "says"),
    [
        ([], pb.ALERT_STATE_OPEN, "Late: we told somebody, and wait for their answer."),
        ([pb.ALERT_STEP_KIND_TAKEN], pb.ALERT_STATE_TAKEN, "Late: Jo Bright looks after it."),
        ([pb.ALERT_STEP_KIND_ON_WAY], pb.ALERT_STATE_WAITING, "Late: Mo Stone comes at about"),
        ([pb.ALERT_STEP_KIND_SORTED], pb.ALERT_STATE_OVER, "Late, and sorted."),
        ([pb.ALERT_STEP_KIND_STARTED], pb.ALERT_STATE_OVER, "Late: it is over."),
        ([pb.ALERT_STEP_KIND_MISSED, pb.ALERT_STEP_KIND_TOLD_SECRETARY], pb.ALERT_STATE_OPEN, "Missed: we told somebody"),
    ],
)
def test_the_person_reads_what_is_done(
    fakes: FakeServices,
    browser: ScriptlessBrowser,
    steps: list["pb.AlertStepKind.ValueType"],
    state: "pb.AlertState.ValueType",
    says: str,
) -> None:
    [alert] = fakes.watch.of_visit[HAD].alerts
    alert.state, alert.taken_by_id = state, JO
    for kind in steps:
        step = add_step(alert, kind, JO, words="Her sister is there" if kind == pb.ALERT_STEP_KIND_SORTED else "")
        if kind == pb.ALERT_STEP_KIND_ON_WAY:
            step.comes_at.CopyFrom(to_timestamp(NOW))
        if kind == pb.ALERT_STEP_KIND_MISSED:
            alert.missed_at.CopyFrom(step.at)
    text = text_of(browser, f"/visits/{HAD}")
    assert says in text
    assert "we told Mo Stone, who holds the watch." in text
    assert "Kith did not watch" in text
    assert ("Her sister is there" in text) == (pb.ALERT_STEP_KIND_SORTED in steps)


@pytest.mark.capability("L7")
def test_a_worker_says_when_they_come_that_they_are_alone_and_safe(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.visits[TAKEN].starts_at.CopyFrom(to_timestamp(NOW - timedelta(minutes=20)))
    fakes.watch.of_visit[TAKEN] = pb.GetVisitAlertsResponse(watched=True, may_say_on_way=True)
    fakes.visit_records.may_begin = True
    text = text_of(browser, f"/visits/{TAKEN}")
    assert "This visit is watched over. Say that you start, or say when you come." in text
    path = f"/visits/{TAKEN}/on-way"
    browser.open(path)
    assert browser.submit(path, minutes="30") == (303, f"/visits/{TAKEN}?done=on_way")
    assert last(fakes, pb.SayOnWayRequest).minutes == 30
    browser.open(path)
    assert browser.submit(path)[0] == 422
    browser.open(f"/visits/{TAKEN}")
    assert browser.submit(f"/visits/{TAKEN}/record/step", do="start_alone") == (303, f"/visits/{TAKEN}?done=record_start")
    started = [request for request in fakes.visit_records.requests if isinstance(request, records.StartVisitRequest)][-1]
    assert started.alone
    fakes.watch.of_visit[TAKEN].alone_always = True
    text = text_of(browser, f"/visits/{TAKEN}")
    assert "I start now, and I am alone" not in text
    assert "we ask after you" in text

    text = text_of(browser, f"/visits/{GIVEN}")
    assert "Alone: Ada Fenwick looks after it." in text
    assert browser.submit(f"/visits/{GIVEN}/safe") == (303, f"/visits/{GIVEN}?done=safe")
    assert last(fakes, pb.SaySafeRequest).visit_id == GIVEN


@pytest.mark.capability("L7")
def test_a_person_chooses_what_is_watched_over(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/visits/watched")
    assert "These visits are not watched over." in text
    assert "15 minutes after the planned time" in text
    assert browser.submit("/visits/watched", do="on") == (303, "/visits/watched?done=on")
    chosen = last(fakes, pb.SetWatchedRequest)
    assert (chosen.person_id, chosen.series_id, chosen.visit_id, chosen.watched) == (ADA, "", "", True)
    series = f"/visits/series/{RUNNING}/watched"
    browser.open(series)
    assert browser.submit(series, do="on") == (303, f"{series}?done=on")
    assert last(fakes, pb.SetWatchedRequest).series_id == RUNNING
    fakes.watch.watched = pb.GetWatchedResponse(watched=True, since=to_timestamp(NOW), late_after_minutes=1)
    text = text_of(browser, "/visits/watched")
    assert "a minute after the planned time" in text
    assert "Nobody holds the watch now." in text

    fakes.visits.visits[PROPOSED].state = fakes.visits.visits[TAKEN].state
    assert "This visit is not watched over." in text_of(browser, f"/visits/{PROPOSED}")
    assert browser.submit(f"/visits/{PROPOSED}/watched", do="on") == (303, f"/visits/{PROPOSED}?done=watch_on")
    assert last(fakes, pb.SetWatchedRequest).visit_id == PROPOSED


def test_the_home_page_says_what_waits(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visits.waiting.alerts, fakes.visits.waiting.watch_asked = 2, 1
    text = text_of(browser, "/")
    assert "2 things are open, and you hold the watch" in text
    assert "You are asked to hold the watch" in text
