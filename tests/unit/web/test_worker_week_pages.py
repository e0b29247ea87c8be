"""A worker's pages: their week, being away, who could come, and swaps."""

from datetime import timedelta

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import worker_weeks_pb2 as pb
from libs.refusals import Conflict, FailedPrecondition, invalid
from tests.unit.web.fake_people import JO, MO, NOW, to_timestamp
from tests.unit.web.fake_series import JOS
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_visits import OPEN, TAKEN
from tests.unit.web.fake_worker_weeks import BY_ADA, FINGERPRINT, ON_LEAVE, TO_ADA
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
def test_a_worker_says_that_the_week_they_see_is_right(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/week/mine?week=2026-11-26")
    assert "You go to Mo Stone" in text
    assert "You have not said that it is right" in text
    assert "A swap waits for your answer" in text, "the one that she offers herself is not counted"
    taken = fakes.visits.visits[TAKEN]
    assert "You go there every time" not in text
    taken.series_id = JOS
    fakes.worker_weeks.week.standing_series_ids.append(JOS)
    assert f'<a href="/visits/series/{JOS}">You go there every time</a>' in browser.open("/week/mine?week=2026-11-26")
    for state, starts, offered in (
        (visits.VISIT_STATE_AGREED, NOW + timedelta(days=1), {"Offer a swap", "I cannot come after all"}),
        (visits.VISIT_STATE_MOVING, NOW + timedelta(days=1), {"I cannot come after all"}),
        (visits.VISIT_STATE_AGREED, NOW, set()),
    ):
        taken.state = state
        taken.starts_at.CopyFrom(to_timestamp(starts))
        page = browser.open("/week/mine?week=2026-11-26")
        assert {words for words in ("Offer a swap", "I cannot come after all") if words in page} == offered
    assert browser.submit("/week/mine") == (303, "/week/mine?week=2026-11-23&done=right")
    sent = fakes.worker_weeks.requests[-1]
    assert isinstance(sent, pb.ConfirmWeekRequest)
    assert (sent.monday, sent.fingerprint) == ("2026-11-23", FINGERPRINT)
    fakes.worker_weeks.refusals["ConfirmWeek"] = Conflict("WEEK_CHANGED")
    assert browser.submit("/week/mine")[0] == 409
    assert "Your visits have changed in between" in browser.page

    fakes.worker_weeks.week.confirmed_at.CopyFrom(to_timestamp(NOW))
    assert "Yes, this week is right" not in text_of(browser, "/week/mine")
    fakes.worker_weeks.week.changed_since = True
    text = text_of(browser, "/week/mine?week=nonsense")
    assert "Changed since you said that it is right" in text
    assert "Yes, this week is right" in text


def test_the_person_reads_who_has_confirmed(browser: ScriptlessBrowser) -> None:
    assert "Jo Bright and Mo Stone have said that this is right." in text_of(browser, "/week")


@pytest.mark.capability("S1")
def test_away_in_one_tap_on_chosen_days_and_back(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/week/away")
    assert "From Tuesday 24 November until you say that you are back" in text
    assert "From Tuesday 1 December to Monday 7 December" in text
    assert "On Thursday 10 December" in text
    for do, last_day in (("today", "2026-11-24"), ("open", "")):
        assert browser.submit("/week/away", do=do) == (303, "/week/away?done=away")
        assert fakes.worker_weeks.requests[-1] == pb.SayAwayRequest(request_id=_id_of(fakes), last_day=last_day)
    assert browser.submit("/week/away", back=ON_LEAVE) == (303, "/week/away?done=back")
    assert fakes.worker_weeks.requests[-1] == pb.EndAwayRequest(request_id=_id_of(fakes), away_id=ON_LEAVE)
    assert browser.submit("/week/away", do="nothing") == (303, "/week/away")

    browser.open("/week/away/days")
    first = {"first_day-pick": "2026-11-25"}
    assert browser.submit("/week/away/days", **first)[0] == 422
    last = {"last_day-day": "5", "last_day-month": "12", "last_day-year": "2026"}
    assert browser.submit("/week/away/days", **first, **last) == (303, "/week/away?done=away")
    sent = fakes.worker_weeks.requests[-1]
    assert isinstance(sent, pb.SayAwayRequest)
    assert (sent.first_day, sent.last_day) == ("2026-11-25", "2026-12-05")
    fakes.worker_weeks.refusals["SayAway"] = invalid("last_day", "AWAY_ENDS_BEFORE")
    assert browser.submit("/week/away/days", **first, **last)[0] == 422
    assert "The last day is before the first" in browser.page


def _id_of(fakes: FakeServices) -> str:
    """The request id of the last form, which is made for each."""
    return str(getattr(fakes.worker_weeks.requests[-1], "request_id", ""))


@pytest.mark.capability("S1")
def test_who_could_come_says_yes_or_no_of_others_and_why_of_oneself(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "Who could take it?" in browser.open(f"/visits/{OPEN}")
    path = f"/visits/{OPEN}/who-could"
    text = text_of(browser, path)
    assert text.index("Jo Bright") < text.index("Mo Stone") < text.index("The others") < text.index("Ada Fenwick")
    for words in ("Has been asked", "Cannot then", "Only you can read why:", "You have another visit at that time."):
        assert words in text
    assert "On the day of this visit you need: " in text
    assert "dbs" not in text, "papers have names"
    assert browser.submit_fields(path, {f"ask-{JO}": "yes"}) == (303, f"{path}?done=asked")
    sent = fakes.worker_weeks.requests[-1]
    assert isinstance(sent, pb.AskWorkersRequest)
    assert (sent.visit_id, sent.version, list(sent.person_ids)) == (OPEN, 1, [JO])
    fakes.worker_weeks.refusals["AskWorkers"] = FailedPrecondition("NOBODY_TO_ASK")
    assert browser.submit_fields(path, {f"ask-{JO}": "yes"})[0] == 409

    fakes.visits.visits[OPEN].sharer_id = MO
    fakes.worker_weeks.candidates = [pb.Candidate(person_id=JO, can_come=True)]
    assert "Jo Bright" in text_of(browser, path), "also of a visit that somebody shares who could not come"
    fakes.visits.visits[OPEN].sharer_id = ""
    browser.open(path)
    fakes.worker_weeks.candidates = [pb.Candidate(person_id=MO, comes=True), pb.Candidate(person_id=JO)]
    text = text_of(browser, path)
    assert "Comes already" in text
    assert "Ask them" not in text
    assert "Only you can read why" not in text


def test_who_acts_for_somebody_asks_for_them(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_TEAM]}
    browser.open("/")
    assert browser.submit("/acting/begin", person=JO) == (303, "/acting")
    text = text_of(browser, f"/visits/{OPEN}/who-could")
    assert "Ask them" in text
    assert "You can take it yourself" not in text


@pytest.mark.capability("S1")
def test_a_swap_is_offered_alone_or_for_one_of_the_others(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert "Offer a swap" in browser.open(f"/visits/{TAKEN}")
    assert "Offer a swap" not in browser.open(f"/visits/{OPEN}")
    path = f"/visits/{TAKEN}/swap"
    text = text_of(browser, path)
    assert "Jo Bright takes it. I take this one for it" in text
    assert browser.submit(path)[0] == 422
    for choice, back, version in ((JO, "", 0), (f"{JO} {OPEN} 1", OPEN, 1)):
        assert browser.submit(path, choice=choice) == (303, "/week/swaps?done=offered")
        sent = fakes.worker_weeks.requests[-1]
        assert isinstance(sent, pb.OfferSwapRequest)
        assert (sent.visit_id, sent.version, sent.colleague_id, sent.return_visit_id, sent.return_version) == (TAKEN, 1, JO, back, version)
    fakes.worker_weeks.refusals["OfferSwap"] = FailedPrecondition("SWAP_NOT_THEIRS")
    assert browser.submit(path, choice=JO)[0] == 422
    assert "They no longer come to that visit" in browser.page


@pytest.mark.capability("S1")
def test_offers_are_answered_and_taken_back(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    text = text_of(browser, "/week/swaps")
    assert "Jo Bright offers you a visit" in text
    assert "For it Jo Bright would take yours" in text
    assert "To Mo Stone" in text
    for do, swap, kind in (
        ("accept", TO_ADA, pb.AcceptSwapRequest),
        ("decline", TO_ADA, pb.DeclineSwapRequest),
        ("withdraw", BY_ADA, pb.WithdrawSwapRequest),
    ):
        assert browser.submit("/week/swaps", swap=swap, do=do) == (303, f"/week/swaps?done={do}")
        sent = fakes.worker_weeks.requests[-1]
        assert isinstance(sent, kind)
        assert sent.swap_id == swap
    fakes.worker_weeks.refusals["AcceptSwap"] = FailedPrecondition("SWAP_CHANGED")
    assert browser.submit("/week/swaps", swap=TO_ADA, do="accept")[0] == 409
    assert "This offer no longer holds" in browser.page
    browser.open("/week/swaps")
    assert browser.submit("/week/swaps", swap=TO_ADA, do="nothing") == (303, "/week/swaps")
