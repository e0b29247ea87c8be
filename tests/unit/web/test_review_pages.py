"""The pages on which two count their visits and say how it goes, and on which a team's tasks are given."""

import pytest

from kith.matching.v1 import reviews_pb2 as pb
from kith.matching.v1 import tasks_pb2 as tasks
from libs.refusals import FailedPrecondition, invalid
from tests.unit.web.fake_matching import CLOSED_REVIEW, OPEN_REVIEW
from tests.unit.web.fake_people import ADA, JO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_teams import OWN_TEAM
from tests.unit.web.scriptless_browser import ScriptlessBrowser

NAME = NAMES[JO][0]


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("T6")
def test_both_see_what_counts_what_waits_and_what_was_said(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open("/people/reviews")
    for words in (
        "8 visits count so far.", f"{NAME} wrote down Friday 20 November", f"It counts when {NAME} has, too.", "After 8 visits.",
        f"How does it go with {NAME}?", "You are asked", "After 3 visits.", "You said: Go on",
        f"{NAME} said: There is something to talk about",
    ):  # fmt: skip
        assert words in page, words
    fakes.reviews.own = pb.REVIEW_ANSWER_END
    page = browser.open("/people/reviews")
    assert "You said: It ends" in page
    assert "Change my answer" in page


def test_a_visit_is_written_down_or_said_to_be_right(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/people/reviews")
    assert browser.submit("/people/reviews", day="2026-11-20") == (303, "/people/reviews?done=recorded")
    fakes.reviews.confirmed = True
    path = f"/people/reviews/{ADA}/{JO}"
    assert NAME in browser.open(path)
    sent = {"day-day": "7", "day-month": "11", "day-year": "2026"}
    assert browser.submit_fields(path, sent) == (303, "/people/reviews?done=counted")
    recorded = [one for one in fakes.reviews.requests if isinstance(one, pb.RecordTrialVisitRequest)]
    assert [(one.pair.person_id, one.pair.worker_id, one.day) for one in recorded] == [(ADA, JO, "2026-11-20"), (ADA, JO, "2026-11-07")]
    fakes.reviews.refusals["RecordTrialVisit"] = invalid("day", "VISIT_NOT_YET")
    browser.open(path)
    status, page = browser.submit_fields(path, sent)
    assert (status, "This day is still to come." in page) == (422, True)


@pytest.mark.capability("T6")
@pytest.mark.parametrize(("closed", "ended", "done"), [(False, False, "answered"), (True, False, "closed"), (True, True, "ended")])
def test_an_answer_says_what_it_did(browser: ScriptlessBrowser, fakes: FakeServices, *, closed: bool, ended: bool, done: str) -> None:
    fakes.reviews.closed, fakes.reviews.ended = closed, ended
    path = f"/people/reviews/{OPEN_REVIEW}"
    browser.open(path)
    status, page = browser.submit(path)
    assert (status, "Choose one: go on, talk, or end." in page) == (422, True)
    assert browser.submit(path, answer="end") == (303, f"/people/reviews?done={done}")
    [said] = [one for one in fakes.reviews.requests if isinstance(one, pb.AnswerReviewRequest)]
    assert (said.review_id, said.answer) == (OPEN_REVIEW, pb.REVIEW_ANSWER_END)


def test_a_review_that_is_closed_or_not_ones_own_has_no_form(browser: ScriptlessBrowser) -> None:
    assert "This is my answer" not in browser.open(f"/people/reviews/{CLOSED_REVIEW}")
    assert browser.http.get(f"/people/reviews/{JO}").status_code == 404


@pytest.mark.capability("T8")
def test_a_task_is_given_ended_and_refused_by_the_names_of_what_is_missing(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open("/team")
    for words in ("Medicines", "Until Sunday 31 January 2027.", "Driving", "Give a task"):
        assert words in page, words
    assert browser.submit("/team", do="medicines", person=JO) == (303, "/team?done=task_ended")
    [ended] = [one for one in fakes.tasks.requests if isinstance(one, tasks.EndTaskRequest)]
    assert (ended.person_id, ended.kind) == (JO, tasks.TASK_KIND_MEDICINES)

    path = f"/team/{OWN_TEAM}/members/{JO}/task"
    browser.open(path)
    assert browser.submit(path, task="money") == (303, "/team?done=assigned")
    [given] = [one for one in fakes.tasks.requests if isinstance(one, tasks.AssignTaskRequest)]
    assert (given.team_id, given.person_id, given.kind) == (OWN_TEAM, JO, tasks.TASK_KIND_MONEY)
    fakes.tasks.refusals["AssignTask"] = FailedPrecondition("TASK_NEEDS_CREDENTIALS", kinds="dbs")
    browser.open(path)
    status, page = browser.submit(path, task="medicines")
    assert status == 422
    assert "For this task they still need: DBS" in page
    fakes.tasks.refusals["AssignTask"] = FailedPrecondition("TASK_NOT_FOR_VOLUNTEERS")
    browser.open(path)
    status, page = browser.submit(path, task="medicines")
    assert (status, "This task is not for volunteers" in page) == (422, True)
