"""What people agreed to, on pages: taken back with one press, and asked one question on each page."""

import pytest

from kith.identity.v1 import consent_pb2 as consent
from kith.identity.v1 import relationships_pb2 as relationships
from tests.unit.web import every_page
from tests.unit.web.fake_people import JO, MO
from tests.unit.web.fake_services import OWN_ENTRY, FakeServices
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


def recorded(fakes: FakeServices) -> consent.RecordConsentRequest:
    [request] = [request for request in fakes.consents.requests if isinstance(request, consent.RecordConsentRequest)]
    return request


def entry(number: int) -> str:
    return f"01939f00-0000-7000-8000-0000000000c{number}"


@pytest.mark.capability("L4")
def test_what_was_written_down_wrongly_is_gone_through_once_more_and_the_old_entry_stays() -> None:
    fakes, browser = a_browser()
    page = browser.open(f"/members/{JO}/consents")
    assert page.count("This was written down wrongly") == 3, "not what was taken back"
    assert browser.submit(f"/members/{JO}/consents/begin", corrects=entry(0)) == (303, NEW)
    page = browser.open(NEW)
    assert "What is there now stays to be read, and does not count any more." in page
    assert "Medicines" not in page, "it is still about the same decision"
    assert send(browser, f"{NEW}/answer", words="Only Jo and Mo.") == f"{NEW}/when"
    assert send(browser, f"{NEW}/check") == f"/members/{JO}/consents?done=recorded"
    request = recorded(fakes)
    assert (request.corrects_id, request.words, request.present) == (entry(0), "Only Jo and Mo.", "my sister")
    assert (request.decision, list(request.explained)) == (consent.CONSENT_DECISION_KEY_SAFE, [consent.EXPLANATION_EASY_READ])
    assert send(browser, f"/members/{JO}/consents") == NEW
    assert "does not count any more" not in browser.open(NEW), "something new is no correction"


@pytest.mark.capability("L4")
def test_who_decided_in_somebodys_best_interests_is_named_and_put_right() -> None:
    fakes, browser = a_browser()
    page = browser.open("/you/consents")
    assert "Who decided? Dr Example and her sister" in page
    assert "By which right? Everyday care (section 5 of the Mental Capacity Act)" in page
    assert "31 March 2027" in page, "the end is shown"
    path = f"/members/{JO}/consents/best-interests"
    page = browser.open(f"{path}?corrects={entry(2)}")
    assert "Her own bed" in page
    assert send(browser, f"{path}?corrects={entry(2)}", decided_by="Dr Example alone") == f"/members/{JO}/consents?done=recorded"
    request = recorded(fakes)
    assert (request.corrects_id, request.best_interests.decided_by) == (entry(2), "Dr Example alone")


@pytest.mark.capability("L4")
def test_what_a_lawful_decider_decides_is_told_to_a_secretary_or_done_while_acting() -> None:
    fakes, browser = a_browser()
    path = f"/members/{JO}/consents/decider"
    assert "Mo Stone" in browser.open(path)
    assert send(browser, path, decider=MO, answer="yes") == f"/members/{JO}/consents?done=recorded"
    assert (recorded(fakes).decider_id, recorded(fakes).capacity_id) == (MO, OWN_ENTRY)
    assert browser.http.get("/you/consents/decide", follow_redirects=False).headers["location"] == "/you/consents", "not for oneself"

    fakes = FakeServices()
    fakes.identity.may_act_for, fakes.relationships.acts_for = (JO,), {JO: [relationships.ACTING_SCOPE_CONSENT]}
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/")
    browser.submit("/acting/begin", person=JO)
    assert "Decide something for Jo Bright" in browser.open("/you/consents")
    action, form = next(pair for pair in every_page.filled_forms(browser, "/you/consents/decide") if pair[0] == "/you/consents/decide")
    sent = form | {"answer": "no", "words": "She would not want it."}
    browser.http.post(action, data=sent, headers={"origin": fakes.public_url})
    request = recorded(fakes)
    assert (request.person_id, request.decider_id, request.answer) == (JO, "", consent.CONSENT_ANSWER_NO)
