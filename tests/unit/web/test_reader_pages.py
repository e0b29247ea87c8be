"""The page of who looked at one's record, and the pages of records opened in an emergency."""

import ast
import re
from pathlib import Path

import pytest

from kith.identity.v1 import emergency_pb2 as emergency
from libs.refusals import invalid
from services.identity.commands.begin_file import ACCEPTED
from services.topology import PEOPLE_SERVICE_NAMES
from services.web.localisation.catalogue import PLAIN_ENGLISH, load_catalogues
from tests.support.hidden_fields import hidden_fields
from tests.unit.web.fake_people import JO
from tests.unit.web.fake_services import EMERGENCY, OWN_ENTRY, FakeServices, reads_of_ada
from tests.unit.web.scriptless_browser import ScriptlessBrowser

ROOT = Path(__file__).parents[3]
CARD = re.compile(r'<li><div class="card">(.*?)</div></li>', re.DOTALL)


def signed_in(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


@pytest.mark.capability("I3")
def test_the_page_equals_the_log_of_all_services_in_order_of_time() -> None:
    browser = signed_in(FakeServices())
    path, times = "/you/readers", []
    while path:
        shown = browser.http.get(path).text
        times += [re.findall(r'datetime="([^"]+)"', card)[0] for card in CARD.findall(shown)]
        following = re.search(r'href="(/you/readers\?page=[^"]+)"', shown)
        path = following[1] if following else ""
    logged = sorted((read.read_at.ToJsonString() for name in PEOPLE_SERVICE_NAMES for read in reads_of_ada(name)), reverse=True)
    assert len(times) == len(logged) == 40
    assert [time[:16] for time in times] == [time[:16] for time in logged]


@pytest.mark.capability("I3")
def test_each_look_says_who_when_what_why_and_for_whom() -> None:
    shown = signed_in(FakeServices()).http.get("/you/readers").text
    emergency_look, as_secretary, _, for_jo = CARD.findall(shown)[:4]
    for text in ("In an emergency", "Mo Stone", "your health, your home and key safe", "She fell and cannot speak."):
        assert text in emergency_look
    assert "Secretary" in as_secretary
    for text in ("in the place of Jo Bright", "your card for a vote", "Jo asked me to", "by the rights they had before"):
        assert text in for_jo
    assert "In an emergency" not in as_secretary + for_jo


def test_every_record_that_is_audited_has_words() -> None:
    records = {
        str(node.args[1].value)
        for service in PEOPLE_SERVICE_NAMES
        for path in (ROOT / "services" / service).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record_read" and isinstance(node.args[1], ast.Constant)
    } | set(ACCEPTED)
    words = load_catalogues()[PLAIN_ENGLISH]
    assert len(records) > 5
    assert {record for record in records if not words.has(f"readers.what_{record.replace(' ', '_')}")} == set()


@pytest.mark.capability("I3")
def test_opening_a_record_asks_for_a_reason_and_says_what_happens() -> None:
    fakes = FakeServices()
    browser = signed_in(fakes)
    form = browser.http.get(f"/emergency/{JO}").text
    assert "They are told at once that it was you, and why." in form
    fakes.emergency.refusals["OpenRecord"] = invalid("reason", "EMERGENCY_REASON_SHORT", at_least="10")
    origin = {"origin": str(browser.http.base_url).rstrip("/")}
    refused = browser.http.post(f"/emergency/{JO}", data=hidden_fields(form) | {"reason": "oh"}, headers=origin)
    assert refused.status_code == 422
    assert "Say what has happened" in refused.text
    del fakes.emergency.refusals["OpenRecord"]
    opened = browser.http.post(f"/emergency/{JO}", data=hidden_fields(refused.text) | {"reason": "He lies there."}, headers=origin)
    assert opened.headers["location"] == f"/emergency/{JO}?done=opened"
    sent = [request for request in fakes.emergency.requests if isinstance(request, emergency.OpenRecordRequest)][-1]
    assert (sent.person_id, sent.reason) == (JO, "He lies there.")


@pytest.mark.capability("I3")
def test_the_secretary_reviews_week_by_week_and_never_their_own() -> None:
    fakes = FakeServices()
    browser = signed_in(fakes)
    shown = browser.http.get("/emergency-access").text
    assert shown.count("The week from") == 2
    assert f'value="{EMERGENCY}"' in shown
    assert f'value="{OWN_ENTRY}"' not in shown
    assert "Another secretary looks into it." in shown
    assert "Ada Fenwick looked into it" in shown
    origin = {"origin": str(browser.http.base_url).rstrip("/")}
    fields = hidden_fields(shown[shown.index('action="/emergency-access"') :]) | {"access": EMERGENCY}
    sent = browser.http.post("/emergency-access", data=fields, headers=origin)
    assert sent.headers["location"] == "/emergency-access?done=reviewed"
    assert [request.access_id for request in fakes.emergency.requests if isinstance(request, emergency.ReviewEmergencyAccessRequest)] == [
        EMERGENCY
    ]


@pytest.mark.capability("I3")
def test_the_person_reads_of_it_in_their_news() -> None:
    shown = signed_in(FakeServices()).http.get("/news").text
    assert "Your record was opened in an emergency." in shown
    assert "Mo Stone can read it for one hour." in shown
    assert 'href="/you/readers"' in shown
