"""Pages of drafts of a week: making one, its drawing and words, answers, publishing, why a worker, and what people say beforehand."""

import re

import pytest

from kith.scheduling.v1 import week_drafts_pb2 as pb
from libs.refusals import Conflict, FailedPrecondition, invalid
from tests.support.hidden_fields import hidden_fields
from tests.unit.web.fake_people import ADA, JO, MO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import OPEN, TAKEN
from tests.unit.web.fake_week_drafts import ASKED, DRAFTED, FAILED, FERN, MAKING
from tests.unit.web.html_tables import row_cells
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def text_of(browser: ScriptlessBrowser, path: str) -> str:
    return " ".join(visible_text(browser.open(path)))


@pytest.mark.capability("S1")
def test_a_draft_is_started_watched_and_stopped_without_a_script(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/week/drafts")
    assert "A visit of a draft waits for your answer" in text
    assert browser.submit("/week/drafts", week="2026-11-30", do="own") == (303, f"/week/drafts/{MAKING}")
    started = fakes.week_drafts.requests[-1]
    assert isinstance(started, pb.StartWeekDraftRequest)
    assert (started.monday, started.together) == ("2026-11-30", False)
    assert "120,000 of 500,000 steps are done." in text_of(browser, f"/week/drafts/{MAKING}")
    assert f'href="/week/drafts/{MAKING}">Look again' in browser.page
    assert browser.submit(f"/week/drafts/{MAKING}", do="stop") == (303, f"/week/drafts/{MAKING}")
    assert isinstance(fakes.week_drafts.requests[-1], pb.StopWeekDraftRequest)
    fakes.week_drafts.drafts[MAKING].stop_asked = True
    assert "Stop, and keep the best so far" not in browser.open(f"/week/drafts/{MAKING}")
    assert "It did not work" in text_of(browser, f"/week/drafts/{FAILED}")
    browser.open("/week/drafts")
    fakes.week_drafts.refusals["StartWeekDraft"] = FailedPrecondition("WEEK_DRAFT_NO_WORKERS")
    browser.submit("/week/drafts", week="2026-11-30", do="together")
    assert started != fakes.week_drafts.requests[-1]
    assert "No worker of the team has said yes to drafts" in browser.page


@pytest.mark.capability("S6")
def test_the_difference_is_drawn_and_said_and_who_must_agree(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/week/drafts/{ASKED}")
    text = " ".join(visible_text(page))
    assert "2 of 4 visits change. One visit still needs somebody." in text
    jo, mo, nobody = (row_cells(page, f"<b>{name}</b>") for name in ("Jo Bright", "Mo Stone", "Nobody yet"))
    kinds = [[re.findall(r'class="sq (\w+)"', cell) for cell in row] for row in (jo, mo, nobody)]
    assert kinds == [
        [[], ["new"], ["new"], [], [], [], []],
        [[], [], ["gone"], ["same"], [], [], []],
        [[], [], [], [], [], [], ["open"]],
    ]
    assert "Ada Fenwick, 9:05 in the morning to 10:05 in the morning: goes to somebody else." in page
    assert "All said yes" in text
    assert "Waits for Jo Bright" in text
    assert "Go on with 1 change" in text
    assert "the number 41 to start from" in text
    drafted = text_of(browser, f"/week/drafts/{DRAFTED}")
    assert "These people are asked or told: Ada Fenwick, Jo Bright, Mo Stone." in drafted
    assert "Nobody is asked yet" in drafted
    assert "Go on with" not in drafted


@pytest.mark.capability("S6")
def test_what_is_ticked_is_published_and_what_has_changed_is_named(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open(f"/week/drafts/{DRAFTED}")
    assert browser.submit(f"/week/drafts/{DRAFTED}", do="send") == (303, f"/week/drafts/{DRAFTED}?done=sent")
    path = f"/week/drafts/{ASKED}/publish"
    text = text_of(browser, path)
    assert "From then on comes: Jo Bright" in text
    assert "This stays as it is" in text
    ticked = f"visit-{OPEN}"
    fakes.week_drafts.refusals["PublishWeekDraft"] = Conflict("WEEK_DRAFT_CHANGED", visit=OPEN)
    assert browser.submit(path, **{ticked: "yes"})[0] == 422
    assert f'<a href="#{ticked}">This visit is no longer as it was in the draft.' in browser.page
    del fakes.week_drafts.refusals["PublishWeekDraft"]
    assert browser.submit(path, **{ticked: "yes"}) == (303, f"/week/drafts/{ASKED}?done=published")
    published = fakes.week_drafts.requests[-1]
    assert isinstance(published, pb.PublishWeekDraftRequest)
    assert list(published.visit_ids) == [OPEN]
    browser.open(path)
    sent = browser.http.post(path, data=hidden_fields(browser.page), headers={"origin": fakes.public_url})
    assert "Tick at least one visit to publish." in sent.text
    browser.open(f"/week/drafts/{ASKED}/drop")
    assert browser.submit(f"/week/drafts/{ASKED}/drop") == (303, "/week/drafts?done=dropped")


@pytest.mark.capability("S1")
def test_a_worker_answers_each_visit_and_a_person_says_not_this_one(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/week/proposals")
    assert "Go to Mo Stone" in text
    assert "Jo Bright would come. Now it is Mo Stone." in text
    for do, kind, visit, agreed in (
        ("yes", pb.AnswerDraftPlaceRequest, OPEN, True),
        ("no", pb.AnswerDraftPlaceRequest, OPEN, False),
        ("not_this", pb.AnswerDraftVisitRequest, TAKEN, False),
        ("again", pb.AnswerDraftVisitRequest, TAKEN, True),
    ):
        assert browser.submit("/week/proposals", draft=ASKED, visit=visit, do=do) == (303, f"/week/proposals?done={do}")
        answered = fakes.week_drafts.requests[-1]
        assert isinstance(answered, kind)
        assert (answered.draft_id, answered.visit_id, answered.agreed) == (ASKED, visit, agreed)
    fakes.week_drafts.proposals.ClearField("to_worker")
    fakes.week_drafts.proposals.ClearField("to_person")
    assert "No draft proposes anything." in text_of(browser, "/week/proposals")


def test_of_others_only_what_is_theirs_to_know_is_in_the_table(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/week/drafts/{ASKED}/visits/{OPEN}")
    text = " ".join(visible_text(page))
    assert "What is the worker&#39;s own" in page or "What is the worker's own" in page
    assert "It is at a time at which you said that you are not free." in text
    assert row_cells(page, "<b>Mo Stone</b>")[0].count("Cannot") == 1
    assert "Why somebody cannot come, where they live, and what hours they wish for, they alone see." in text


@pytest.mark.capability("S1")
def test_wishes_are_said_beforehand_and_taken_back(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/week/drafts/wishes")
    assert 'value="10"' in browser.page, "600 minutes"
    fields = {"in-drafts": "yes", "hours": "12", "free-mon_morning": "yes", "do": "worker"}
    assert browser.submit("/week/drafts/wishes", **fields) == (303, "/week/drafts/wishes?done=worker")
    sent = fakes.week_drafts.requests[-1]
    assert isinstance(sent, pb.SetWorkerDraftChoiceRequest)
    assert (sent.choice.wished_minutes, list(sent.choice.free_parts), sent.choice.may_change) == (720, ["mon_morning"], False)
    for hours in ("169", "0", "ten", "-1"):
        assert browser.submit("/week/drafts/wishes", **(fields | {"hours": hours}))[0] == 422
        assert "Write a number of hours from 1 to 168, or leave it empty." in browser.page
    browser.submit("/week/drafts/wishes", do="worker")
    taken_back = fakes.week_drafts.requests[-1]
    assert isinstance(taken_back, pb.SetWorkerDraftChoiceRequest)
    assert not taken_back.HasField("choice")
    assert browser.submit("/week/drafts/wishes", together="yes", do="person") == (303, "/week/drafts/wishes?done=person")
    own = fakes.week_drafts.requests[-1]
    assert isinstance(own, pb.SetPersonDraftChoiceRequest)
    assert (own.person_id, own.choice.together, own.choice.may_change) == (ADA, True, False)


def test_a_scrutineer_gets_the_file(browser: ScriptlessBrowser) -> None:
    browser.open("/week/drafts/check")
    assert f'href="/week/drafts/{ASKED}/file"' in browser.page
    response = browser.http.get(f"/week/drafts/{ASKED}/file")
    assert (response.json(), response.headers["content-type"]) == ({"week": {}}, "application/json")


@pytest.mark.capability("S6")
def test_another_worker_is_chosen_for_one_place_with_the_difference_said_beforehand(
    fakes: FakeServices, browser: ScriptlessBrowser
) -> None:
    of_visit = f"/week/drafts/{ASKED}/visits/{OPEN}"
    browser.open(of_visit)
    assert f'href="{of_visit}/choose/{FERN}"' in browser.page
    assert f"{of_visit}/choose/{JO}" not in browser.page, "Jo comes already by the draft"
    assert f"{of_visit}/choose/{MO}" not in browser.page, "Mo cannot"
    assert "/choose/" not in browser.open(f"{of_visit}?from=proposals")
    text = text_of(browser, f"{of_visit}/choose/{FERN}")
    assert "Instead of Jo Bright" in text
    assert "It costs 15 points more." in text
    assert browser.submit(f"{of_visit}/choose/{FERN}", **{"instead-of": JO}) == (303, f"/week/drafts/{ASKED}?done=chosen")
    sent = fakes.week_drafts.requests[-1]
    assert isinstance(sent, pb.ChooseDraftWorkerRequest)
    assert (sent.draft_id, sent.visit_id, sent.worker_id, sent.instead_of_id) == (ASKED, OPEN, FERN, JO)
    assert browser.http.get(f"{of_visit}/choose/{MO}").status_code == 404
    browser.open(f"{of_visit}/choose/{FERN}")
    fakes.week_drafts.refusals["ChooseDraftWorker"] = FailedPrecondition("DRAFT_WORKER_SAID_YES")
    browser.submit(f"{of_visit}/choose/{FERN}", **{"instead-of": JO})
    assert "has been asked and said yes" in browser.page


@pytest.mark.capability("S1")
def test_the_week_without_a_worker_is_seen_before_anybody_is_told(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/week/without/{JO}?week=2026-11-30"
    text = text_of(browser, path)
    assert "The week without Jo Bright" in text
    assert "Nobody has been told." in text
    assert "Nobody in the team who may be in drafts could come" in text
    assert "Cannot: Mo Stone." in text
    assert "A new face +30" in text
    assert browser.submit(f"/week/without/{JO}", week="2026-11-30") == (303, f"/week/drafts/{MAKING}")
    started = fakes.week_drafts.requests[-1]
    assert isinstance(started, pb.StartWeekDraftRequest)
    assert (started.monday, started.together, started.without_worker_id) == ("2026-11-30", False, JO)
    fakes.week_drafts.drafts[ASKED].without_worker_id = JO
    fakes.week_drafts.drafts[ASKED].visits_without_way = 2
    text = text_of(browser, f"/week/drafts/{ASKED}")
    assert "It is the week without Jo Bright." in text
    assert "We do not know roughly where 2 visits are." in text


def test_who_wants_says_about_where_they_set_out_and_how_they_go(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/week/drafts/wishes")
    fields = {"in-drafts": "yes", "district": "zz1", "goes": "bicycle", "do": "worker"}
    assert browser.submit("/week/drafts/wishes", **fields)[0] == 303
    sent = fakes.week_drafts.requests[-1]
    assert isinstance(sent, pb.SetWorkerDraftChoiceRequest)
    assert (sent.choice.district, sent.choice.goes) == ("zz1", pb.WAY_OF_GOING_BICYCLE)
    fakes.week_drafts.refusals["SetWorkerDraftChoice"] = invalid("goes", "WAY_OF_GOING_MISSING")
    assert browser.submit("/week/drafts/wishes", **fields)[0] == 422
    assert '<a href="#goes">Choose how you go' in browser.page
    fakes.week_drafts.refusals["SetPersonDraftChoice"] = invalid("district", "DISTRICT_UNKNOWN")
    assert browser.submit("/week/drafts/wishes", **{"person-district": "QQ9", "do": "person"})[0] == 422
    assert '<a href="#person-district">We do not know this first part' in browser.page
    assert 'value="QQ9"' in browser.page


def test_the_planners_hat_is_the_rulebooks(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "together" in browser.open("/week/drafts")
    fakes.governance.draft_hat = "week_planner"
    assert 'value="together"' not in browser.open("/week/drafts"), "Ada is a secretary, and no rota holder"
