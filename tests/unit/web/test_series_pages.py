"""Visits that repeat on pages: the plan in words, what somebody can do about it, and how it is proposed."""

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.scheduling.v1 import visit_series_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs.refusals import FailedPrecondition, NotFound, invalid
from tests.unit.web.fake_people import ADA, JO
from tests.unit.web.fake_series import JOS, RUNNING, VISITS, WAITING
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import TAKEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text

NEW = {
    "who": JO, "first_day-pick": "2026-11-25", "weekday-1": "on", "weekday-4": "on", "every": "2", "start": "14:30", "minutes": "90",
    "workers": "2", "last_day-pick": "goes_on", "instead": "",
}  # fmt: skip
DO = {
    "Yes, to all of them",
    "No, not these visits",
    "Take my proposal back",
    "I can take them all",
    "I come to all, from now on",
    "Stop coming to all of them",
    "Propose other times",
    "End these visits",
}


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def words(page: str) -> str:
    return " ".join(visible_text(page))


def test_the_list_says_each_pattern_in_words(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = words(browser.open("/visits/series"))
    assert "Every Monday and Thursday, at 9:00 in the morning, for 1 hour, until Wednesday 31 March 2027" in text
    assert "Every day, at 9:00 in the morning, for 1 hour, until somebody ends it" in text
    assert "Every 2 weeks on Tuesday, at 9:00 in the morning, for 1 hour and 30 minutes, until somebody ends it" in text
    assert "Visit to Jo Bright" in text
    assert "wait for your yes" not in words(browser.open("/week"))
    fakes.visits.waiting = visits.GetWaitingResponse(series=1)
    assert "Visits that repeat wait for your yes" in words(browser.open("/week"))


def test_what_begins_in_months_is_planned_nearer_the_time(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visit_series.visits.clear()
    fakes.visit_series.series[RUNNING].pattern.first_day = "2027-06-07"
    text = words(browser.open(f"/visits/series/{RUNNING}?done=propose"))
    assert "These visits are agreed. They are planned nearer the time." in text
    assert "These visits begin from Monday 7 June 2027 on." in text
    assert "No visit is planned" not in text
    assert "The visits are planned." not in text
    assert "The visits are proposed." in words(browser.open(f"/visits/series/{WAITING}?done=propose"))
    fakes.visit_series.series[RUNNING].pattern.first_day = "2026-11-03"
    text = words(browser.open(f"/visits/series/{RUNNING}?done=propose"))
    assert "The visits are planned." in text
    assert "No visit is planned." in text


def test_easy_read_says_the_pattern_a_part_at_a_time(browser: ScriptlessBrowser) -> None:
    browser.http.cookies.set("kith-comfort", "easy")
    rows = visible_text(browser.open(f"/visits/series/{WAITING}"))
    for row in ("Every Monday and Thursday.", "At 9:00 in the morning.", "For 1 hour.", "It goes until Wednesday 31 March 2027."):
        assert row in rows


@pytest.mark.capability("S6")
@pytest.mark.parametrize(
    ("series", "offered"),
    [
        (WAITING, {"Yes, to all of them", "No, not these visits"}),
        (JOS, {"I can take them all", "I come to all, from now on", "Propose other times"}),
        (RUNNING, {"Propose other times", "End these visits"}),
    ],
)
def test_a_series_offers_what_this_person_can_do(browser: ScriptlessBrowser, series: str, offered: set[str]) -> None:
    page = browser.open(f"/visits/series/{series}")
    assert {label for label in DO if label in page} == offered


def test_who_proposed_it_can_take_it_back_until_it_is_agreed(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.visit_series.series[WAITING].person_id, fakes.visit_series.series[WAITING].proposed_by = JO, ADA
    page = browser.open(f"/visits/series/{WAITING}")
    assert {label for label in DO if label in page} == {"Take my proposal back"}
    assert browser.submit(f"/visits/series/{WAITING}", version="1", do="withdraw") == (303, "/visits/series?done=withdrawn")
    assert isinstance(fakes.visit_series.requests[-1], pb.WithdrawSeriesRequest)
    assert "The proposal is taken back." in browser.open("/visits/series?done=withdrawn")


@pytest.mark.parametrize("over", ["declined", "withdrawn", "gone by"])
def test_what_is_over_offers_nothing(fakes: FakeServices, browser: ScriptlessBrowser, over: str) -> None:
    series = fakes.visit_series.series[RUNNING]
    if over == "gone by":
        series.pattern.last_day = "2026-11-20"
    else:
        series.state = pb.SERIES_STATE_DECLINED if over == "declined" else pb.SERIES_STATE_WITHDRAWN
    page = browser.open(f"/visits/series/{RUNNING}")
    assert {label for label in DO if label in page} == set()


@pytest.mark.capability("S6")
def test_the_page_says_who_proposed_it_what_overlaps_and_sends_the_answer(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = words(browser.open(f"/visits/series/{WAITING}"))
    assert "Proposed by Jo Bright." in text
    assert "One of these visits is at the time of another one" in text
    for do, kind in (("agree", pb.AgreeSeriesRequest), ("decline", pb.DeclineSeriesRequest)):
        assert browser.submit(f"/visits/series/{WAITING}", version="1", do=do) == (303, f"/visits/series/{WAITING}?done={do}")
        sent = fakes.visit_series.requests[-1]
        assert isinstance(sent, kind)
        assert (sent.series_id, sent.version) == (WAITING, 1)
    assert browser.submit(f"/visits/series/{WAITING}", version="1", do="nothing") == (303, f"/visits/series/{WAITING}")
    fakes.visit_series.planned[2].overlaps = False
    assert "at the time of another one" not in browser.open(f"/visits/series/{WAITING}")


@pytest.mark.capability("S1")
def test_taking_them_all_says_which_and_why_not_the_others(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/visits/series/{JOS}")
    shown = " ".join(f"{visit}:2" for visit in VISITS[:6])
    assert f'name="shown" value="{shown}"' in page, "those that need somebody, as they were shown"
    assert all(f"/visits/{visit}" in page for visit in VISITS)
    status, _ = browser.submit(f"/visits/series/{JOS}", version="1", do="take", shown=f"{shown} nothing x:y {VISITS[0]}:²")
    assert status == 200
    sent = next(request for request in fakes.visit_series.requests if isinstance(request, pb.TakeSeriesRequest))
    assert [(one.visit_id, one.version) for one in sent.visits] == [(visit, 2) for visit in VISITS[:6]]
    text = words(browser.page)
    assert "You go to one visit. Thank you" in text
    assert "3 visits are not taken" in text
    assert "You have another visit at that time." in text
    assert "On the day of this visit you need: DBS" in text, "in the rulebook's words, not by its key"
    assert "You need 11 hours of rest in each day." in text
    assert "There are reasons to take it all the same: open the visit" in text
    browser.open(f"/visits/series/{JOS}")
    fakes.visit_series.refusals["TakeSeries"] = FailedPrecondition("NOT_IN_TEAM")
    assert browser.submit(f"/visits/series/{JOS}", version="1", do="take", shown=shown)[0] == 409


@pytest.mark.capability("S1")
def test_who_comes_to_all_of_them_says_so_and_reads_which_do_not_fit(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "Mo Stone comes to all of these visits until Thursday 10 December." in words(browser.open(f"/visits/series/{JOS}"))
    assert browser.submit(f"/visits/series/{JOS}", version="1", do="stand", shown=f"{VISITS[0]}:2")[0] == 200
    sent = next(request for request in fakes.visit_series.requests if isinstance(request, pb.TakeStandingPlaceRequest))
    assert (sent.series_id, sent.version, [one.visit_id for one in sent.visits]) == (JOS, 1, VISITS[:1])
    text = words(browser.page)
    assert "You come to all of them. Thank you" in text
    assert "You come to all of these visits, from Friday 11 December on." in text
    assert "3 visits are not taken" in text

    refused = [pb.NotTakenVisit(visit_id=VISITS[2], reason="WORKER_AWAY")]
    mine = pb.StandingPlace(worker_id=ADA, since="2026-11-20")
    fakes.visit_series.standing[JOS] = pb.GetSeriesResponse(standing_places=[mine], not_yours=refused)
    page = browser.open(f"/visits/series/{JOS}")
    assert {label for label in DO if label in page} == {"I can take them all", "Stop coming to all of them", "Propose other times"}
    text = words(page)
    assert "You come to all of these visits. Those that are planned later are yours too." in text
    assert "You do not come to these, and why" in text
    mine.since = "2026-12-11"
    fakes.visit_series.standing[JOS] = pb.GetSeriesResponse(standing_places=[mine])
    assert "From Friday 11 December on you come to all" in words(browser.open(f"/visits/series/{JOS}"))

    ends = f"/visits/series/{JOS}/standing/end"
    browser.open(ends)
    assert browser.submit(ends, **{"from_day-pick": "2026-11-25", "give_back": ""})[0] == 422
    assert "Choose if you keep the visits that are planned already." in browser.page
    answers = {"from_day-pick": "2026-11-25", "give_back": "yes"}
    assert browser.submit(ends, **answers) == (303, f"/visits/series/{JOS}?done=standing_end")
    ended = fakes.visit_series.requests[-1]
    assert isinstance(ended, pb.EndStandingPlaceRequest)
    assert (ended.series_id, ended.from_day, ended.give_back) == (JOS, "2026-11-25", True)
    assert "You no longer come to all of these visits." in browser.open(f"/visits/series/{JOS}?done=standing_end")
    browser.open(ends)
    fakes.visit_series.refusals["EndStandingPlace"] = invalid("from_day", "STANDING_ENDS_EARLIER")
    assert browser.submit(ends, **answers)[0] == 422
    assert "You stop before that day already." in browser.page


@pytest.mark.capability("S6")
def test_a_series_is_written_checked_and_proposed(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/visits/series/new")
    assert browser.submit("/visits/series/new", **NEW) == (303, "/visits/series/new/check")
    text = words(browser.open("/visits/series/new/check"))
    assert "Every 2 weeks on Monday and Thursday, at 2:30 in the afternoon, for 1 hour and 30 minutes, until somebody ends it" in text
    assert "One of these visits is at the time of another one" in text, "said before anybody agrees"
    assert "Propose these visits" in text
    assert browser.submit("/visits/series/new/check") == (303, f"/visits/series/{WAITING}?done=propose")
    sent = fakes.visit_series.requests[-1]
    assert isinstance(sent, pb.ProposeSeriesRequest)
    assert (sent.person_id, sent.workers, sent.replaces_series_id) == (JO, 2, "")
    assert sent.pattern == pb.SeriesPattern(first_day="2026-11-25", weekdays=[1, 4], every_weeks=2, start=870, minutes=90)
    assert browser.http.get("/visits/series/new/check", follow_redirects=False).headers["location"] == "/visits/series/new"

    browser.open("/visits/series/new")
    last_day = {"last_day-pick": "other", "last_day-day": "31", "last_day-month": "3", "last_day-year": "2027"}
    own = {**NEW, "who": ADA, "weekday-4": "", **last_day}
    browser.submit("/visits/series/new", **own)
    text = words(browser.open("/visits/series/new/check"))
    assert "Every 2 weeks on Monday," in text, "a box that is no longer ticked does not stay"
    assert "until Wednesday 31 March 2027" in text
    assert "These visits are agreed with that." in text


def test_what_is_wrong_is_said_where_it_was_written(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/visits/series/new")
    assert browser.submit("/visits/series/new", who="", workers="", start="9:00", minutes="60", every="1", instead="")[0] == 422
    for sentence in ("Choose who gets the visit.", "Choose one or two.", "Choose a last day, or that it goes on."):
        assert sentence in browser.page
    fakes.visit_series.refusals["PreviewSeries"] = invalid("weekdays", "SERIES_WEEKDAYS")
    assert browser.submit("/visits/series/new", **{**NEW, "weekday-1": "", "weekday-4": ""})[0] == 422
    assert 'id="weekday-1-error"' in browser.page
    fakes.visit_series.refusals["PreviewSeries"] = invalid("start", "CLOCK_TIME_MALFORMED")
    assert browser.submit("/visits/series/new", **{**NEW, "start": "half past", "every": "9", "minutes": "²"})[0] == 422
    assert "Write a time like 9:05, 14:30 or 2:30 pm." in browser.page
    sent = fakes.visit_series.requests[-1]
    assert isinstance(sent, pb.PreviewSeriesRequest)
    assert (sent.pattern.start, sent.pattern.every_weeks, sent.pattern.minutes) == (-1, 0, 0), "the service refuses it"


def test_other_times_begin_with_those_so_far_and_name_the_series(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/visits/series/new?instead={RUNNING}")
    assert "Other times from then on" in page
    assert 'name="start" value="09:00"' in page
    assert '<option value="90" selected>' in page
    change = {**NEW, "who": ADA, "instead": RUNNING}
    assert browser.submit("/visits/series/new", **change) == (303, "/visits/series/new/check")
    text = words(browser.open("/visits/series/new/check"))
    assert "they take the place of the visits so far" in text
    fakes.visit_series.refusals["ProposeSeries"] = FailedPrecondition("SERIES_OVER")
    assert browser.submit("/visits/series/new/check")[0] == 422
    assert 'name="start" value="14:30"' in browser.page, "what was written is still there"
    del fakes.visit_series.refusals["ProposeSeries"]
    browser.open("/visits/series/new/check")
    browser.submit("/visits/series/new/check")
    sent = fakes.visit_series.requests[-1]
    assert isinstance(sent, pb.ProposeSeriesRequest)
    assert sent.replaces_series_id == RUNNING
    browser.open("/visits/series/new")
    browser.submit("/visits/series/new", **change)
    assert 'name="start" value="14:30"' not in browser.open("/visits/series/new"), "what was written of another series is not filled in"
    fakes.visit_series.refusals["GetSeries"] = NotFound("SERIES_UNKNOWN")
    assert browser.http.get(f"/visits/series/new?instead={JOS}").status_code == 404


@pytest.mark.capability("S6")
def test_the_person_ends_it_from_a_day_on(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open(f"/visits/series/{RUNNING}/end")
    answers = {"from_day-pick": "2026-11-25", "version": "1"}
    assert browser.submit(f"/visits/series/{RUNNING}/end", **answers) == (303, f"/visits/series/{RUNNING}?done=end")
    sent = fakes.visit_series.requests[-1]
    assert isinstance(sent, pb.EndSeriesRequest)
    assert (sent.series_id, sent.version, sent.from_day) == (RUNNING, 1, "2026-11-25")
    assert "These visits end." in browser.open(f"/visits/series/{RUNNING}?done=end")
    browser.open(f"/visits/series/{RUNNING}/end")
    fakes.visit_series.refusals["EndSeries"] = invalid("from_day", "SERIES_ENDS_EARLIER")
    assert browser.submit(f"/visits/series/{RUNNING}/end", **answers)[0] == 422
    assert "These visits end before that day already." in browser.page


def test_a_visit_leads_to_the_visits_that_it_is_one_of(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "/visits/series/" not in browser.open(f"/visits/{TAKEN}")
    fakes.visits.visits[TAKEN].series_id = JOS
    fakes.visits.visits[TAKEN].state = visits.VISIT_STATE_CANCELLED
    assert f'href="/visits/series/{JOS}"' in browser.open(f"/visits/{TAKEN}")


def test_who_acts_for_somebody_answers_for_them_and_takes_nothing(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_TEAM]}
    browser.open("/")
    assert browser.submit("/acting/begin", person=JO) == (303, "/acting")
    page = browser.open(f"/visits/series/{JOS}")
    assert {label for label in DO if label in page} == {"Propose other times", "End these visits"}
    page = browser.open("/visits/series/new")
    assert "Jo Bright" in words(page)
    assert f'value="{ADA}"' not in page
