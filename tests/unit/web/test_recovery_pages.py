"""The pages for signing in again with the help of two people, and the news of it."""

from datetime import timedelta

import pytest

from kith.identity.v1 import recovery_pb2 as pb
from libs.refusals import TooMany, invalid
from services.web.pages import recovery_news
from services.web.storage.news import NewsItem
from tests.unit.web.fake_people import ADA, JO, MO, NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


def test_somebody_without_a_card_says_a_number_to_two_people_and_sets_a_password(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    assert "I have lost my card" in browser.open("/sign-in")
    assert browser.http.get("/recover/wait").headers["location"] == "/recover", "nothing was asked yet"
    browser.open("/recover")
    code, page = browser.submit("/recover", who="")
    assert (code, 'href="#who"' in page) == (422, True)
    assert browser.submit("/recover", who="Ada Fenwick") == (303, "/recover/wait")
    page = browser.open("/recover/wait")
    assert "204 816" in page
    assert "1 of 2 people has said that it is you" in page
    fakes.recovery.progress = pb.GetRecoveryResponse(state=pb.RECOVERY_STATE_READY, vouched=2)
    assert "Two people have said that it is you" in browser.open("/recover/wait")
    assert browser.submit("/recover/wait", next="/you/password") == (303, "/you/password")
    assert "Where you are signed in" in browser.open("/you")
    assert browser.http.get("/recover/wait").headers["location"] == "/recover", "the key has left the browser"


def test_who_asks_too_often_hears_how_long_to_wait(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/recover")
    fakes.recovery.refusals["RequestRecovery"] = TooMany("RECOVERY_TOO_OFTEN", seconds="17")
    code, page = browser.submit("/recover", who="Ada Fenwick")
    assert (code, "Wait 17 seconds" in page) == (429, True)


def test_a_person_chooses_helpers_and_helps_others(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/you/recovery")
    assert [words in page for words in ("Jo Bright", "Mo Stone", "It was not me", "Enter their number")] == [True] * 4
    assert browser.submit("/you/recovery", full_name="Jo Bright", email="") == (303, "/you/recovery?done=named")
    assert browser.submit("/you/recovery/people", accept=MO) == (303, "/you/recovery")
    assert browser.submit("/you/recovery/people", end=f"{ADA} {JO}") == (303, "/you/recovery")
    assert browser.submit("/you/recovery/stop") == (303, "/you/recovery?done=stopped")
    browser.open(f"/you/recovery/{JO}")
    fakes.recovery.refusals["VouchForRecovery"] = invalid("spoken_number", "SPOKEN_NUMBER_WRONG")
    code, page = browser.submit(f"/you/recovery/{JO}", spoken_number="123 456")
    assert (code, 'href="#spoken_number"' in page) == (422, True)
    asked = [type(request).__name__ for request in fakes.recovery.requests if not isinstance(request, pb.GetRecoveryHelpRequest)]
    assert asked == [
        *("NameRecoveryHelperRequest", "AcceptRecoveryHelpRequest", "EndRecoveryHelpRequest"),
        *("StopRecoveryRequest", "VouchForRecoveryRequest"),
    ]


def test_news_of_it_names_who_helps(fakes: FakeServices) -> None:
    fakes.news.happened = [
        NewsItem(kind, "", f"{JO} {MO}" if kind == "person_recovered" else JO, NOW - timedelta(hours=1))
        for kind in sorted(recovery_news.KINDS)[:10]
    ]
    page = ScriptlessBrowser(fakes).sign_in().open("/news")
    assert "Jo Bright and Mo Stone said that it was you" in page
    assert page.count('<div class="card">') == 10
