"""A reason for less rest: asked on the way, wherever somebody says yes to a visit, and chosen by them."""

import re

import pytest

from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import week_drafts_pb2 as drafts
from kith.scheduling.v1 import worker_weeks_pb2 as weeks
from kith.scheduling.v1 import working_time_pb2 as pb
from libs.refusals import FailedPrecondition, invalid
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import OPEN
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text

DETAILS = {"at": "2026-11-28T20:00", "hours": "11", "left": "8.5", "rest_reasons": "ill emergency"}
PASSABLE = FailedPrecondition("REST_TOO_SHORT", **DETAILS)
ID = "01939f00-0000-7000-8000-0000000000d9"


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form on it, as a browser sends them back."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.partition("<main")[2]))


@pytest.mark.capability("L8")
def test_a_worker_chooses_one_of_the_rulebooks_reasons_and_nothing_is_chosen_for_them(
    fakes: FakeServices, browser: ScriptlessBrowser
) -> None:
    fakes.visits.refusals["TakeVisit"] = PASSABLE
    browser.open("/week")
    assert browser.submit("/week", visit=OPEN, version="1")[0] == 422
    shown = " ".join(visible_text(browser.page))
    assert "You need 11 hours of rest in each day. With this visit you would have 8.5 at most." in shown
    assert "Somebody else is ill" in shown
    assert "There is an emergency" in shown
    assert "A night is too long" not in shown, "it does not count for this rule"
    assert 'type="radio"' in browser.page
    assert " checked" not in browser.page, "nothing is chosen for them"
    assert 'class="problems"' not in browser.page, "nothing was wrong so far"
    sent = fields_of(browser.page)
    assert (sent["visit"], sent["version"]) == (OPEN, "1")

    # Nothing chosen; then a child; then a reason of the rulebook that has another meaning by now.
    for refusal, fields, says in (
        (PASSABLE, {}, "Choose a reason, or do not say yes."),
        (
            invalid("is_adult", "REST_REASON_FOR_ADULTS", breach="REST_TOO_SHORT", **DETAILS),
            {"rest_reason": "ill"},
            "18 or older",
        ),
        (
            invalid("rest_reason", "REST_REASON_OTHER_RULE", breach="REST_TOO_SHORT", **DETAILS),
            {"rest_reason": "night"},
            "Choose another.",
        ),
    ):
        fakes.visits.refusals["TakeVisit"] = refusal
        kept = {name: value for name, value in fields_of(browser.page).items() if name in ("visit", "version", "asked")}
        assert browser.submit("/week", **kept, **fields)[0] == 422
        assert says in " ".join(visible_text(browser.page))
        assert "With this visit you would have 8.5 at most." in " ".join(visible_text(browser.page))
    del fakes.visits.refusals["TakeVisit"]
    assert browser.submit("/week", visit=OPEN, version="1", rest_reason="ill", is_adult="yes") == (303, "/week?done=taken")
    request = fakes.visits.requests[-1]
    assert isinstance(request, visits.TakeVisitRequest)
    assert (request.visit_id, request.rest_reason) == (OPEN, pb.SaidRestReason(key="ill", is_adult=True))


@pytest.mark.capability("L8")
@pytest.mark.parametrize(
    ("path", "service", "method", "fields"),
    [
        (f"/visits/{OPEN}", "visits", "TakeVisit", {"do": "take", "version": "1"}),
        ("/week/swaps", "worker_weeks", "AcceptSwap", {"do": "accept", "swap": ID}),
        ("/week/proposals", "week_drafts", "AnswerDraftPlace", {"do": "yes", "draft": ID, "visit": ID}),
        (f"/visits/{OPEN}/swap", "worker_weeks", "OfferSwap", {"choice": f"{ID} {ID} 3", "version": "1"}),
    ],
)
def test_wherever_somebody_says_yes(
    fakes: FakeServices, browser: ScriptlessBrowser, path: str, service: str, method: str, fields: dict[str, str]
) -> None:
    fake = getattr(fakes, service)
    fake.refusals[method] = PASSABLE
    browser.open(path)
    assert browser.submit(path, **fields)[0] == 422
    assert "Somebody else is ill" in browser.page
    sent = fields_of(browser.page)
    assert {name: sent[name] for name in fields} == fields
    del fake.refusals[method]
    assert browser.submit(path, **fields, asked="yes", rest_reason="ill", is_adult="yes")[0] == 303
    request = fake.requests[-1]
    assert isinstance(request, visits.TakeVisitRequest | weeks.AcceptSwapRequest | weeks.OfferSwapRequest | drafts.AnswerDraftPlaceRequest)
    assert request.rest_reason == pb.SaidRestReason(key="ill", is_adult=True)
    # A rule that no reason passes is refused as ever.
    fake.refusals[method] = FailedPrecondition("WEEK_TOO_LONG", at="2026-11-23T00:00", hours="48", left="48.1")
    assert browser.submit(path, **fields)[0] in (409, 422)
    assert "With this visit you would work 48.1 hours a week on average." in " ".join(visible_text(browser.page))
    assert 'type="radio" name="rest_reason"' not in browser.page


def test_my_hours_have_what_was_said_also_with_a_reason_that_the_rulebook_lost(browser: ScriptlessBrowser) -> None:
    shown = " ".join(visible_text(browser.open("/week/hours")))
    assert "7:00 in the morning: Somebody else is ill. Not kept: the rest in a day, the rest in a week." in shown
    assert "12 noon: an older one. Not kept: the rest in a day." in shown
