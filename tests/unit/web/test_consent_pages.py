"""What people agreed to, on pages: taken back with one press, and asked one question on each page."""

import pytest

from kith.identity.v1 import consent_pb2 as consent
from tests.unit.web import every_page
from tests.unit.web.fake_people import JO, MO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

NEW = f"/members/{JO}/consents/new"


def a_browser() -> tuple[FakeServices, ScriptlessBrowser]:
    fakes = FakeServices()
    return fakes, ScriptlessBrowser(fakes).sign_in()


def send(browser: ScriptlessBrowser, path: str, **fields: str) -> str:
    """Fills in the first form of a page; returns the path it leads to."""
    action, form = every_page.filled_forms(browser, path)[0]
    response = browser.http.post(action, data=form | fields, headers={"origin": str(browser.http.base_url).rstrip("/")})
    return str(response.headers.get("location", response.status_code))


@pytest.mark.capability("L4")
def test_one_press_takes_a_consent_back() -> None:
    fakes, browser = a_browser()
    assert "Only Jo." in browser.http.get("/you/consents").text
    assert send(browser, "/you/consents") == "/you/consents?done=withdrawn"
    [request] = [request for request in fakes.consents.requests if isinstance(request, consent.WithdrawConsentRequest)]
    assert request.consent_id.endswith("c0")


def test_a_consent_is_asked_one_question_on_each_page_and_recorded_after_a_check() -> None:
    fakes, browser = a_browser()
    assert send(browser, NEW, decision="key_safe", about="Kim, in the morning") == f"{NEW}/how"
    assert send(browser, f"{NEW}/how", way_spoken="yes", present="her sister") == f"{NEW}/answer"
    assert send(browser, f"{NEW}/answer", answer="conditions", words="If Kim rings first.") == f"{NEW}/when"
    assert send(browser, f"{NEW}/when") == f"{NEW}/check"
    assert "If Kim rings first." in browser.http.get(f"{NEW}/check").text
    assert send(browser, f"{NEW}/check") == f"/members/{JO}/consents?done=recorded"
    [request] = [request for request in fakes.consents.requests if isinstance(request, consent.RecordConsentRequest)]
    assert (request.person_id, request.decision, request.answer) == (
        JO,
        consent.CONSENT_DECISION_KEY_SAFE,
        consent.CONSENT_ANSWER_CONDITIONS,
    )
    assert (request.words, request.present, request.until_day) == ("If Kim rings first.", "her sister", "2026-12-20")


def test_nothing_that_one_person_said_is_recorded_of_another() -> None:
    _, browser = a_browser()
    send(browser, NEW, decision="key_safe")
    send(browser, f"{NEW}/how", way_spoken="yes")
    send(browser, f"{NEW}/answer", answer="yes", words="My own words.")
    other = f"/members/{MO}/consents/new"
    assert "My own words." not in browser.http.get(f"{other}/answer", follow_redirects=True).text
    assert send(browser, other, decision="photo") == f"{other}/how"
    asked = browser.http.get(f"{other}/check", follow_redirects=False)
    assert asked.headers["location"] == f"{other}/how"


def test_what_is_missing_is_named_on_its_page() -> None:
    _, browser = a_browser()
    assert send(browser, NEW, decision="other", about="") == "422"
    send(browser, NEW, decision="photo")
    assert (
        send(browser, f"{NEW}/how", **dict.fromkeys(("way_spoken", "way_easy_read", "way_pictures", "way_interpreter", "way_written"), ""))
        == "422"
    )
    send(browser, f"{NEW}/how", way_spoken="yes")
    assert send(browser, f"{NEW}/answer", answer="conditions", words="") == "422"
