"""The pages of erasure, holds and disposals: what goes and what stays is said before anything is done."""

from enum import StrEnum

import pytest

from kith.identity.v1 import data_requests_pb2 as pb
from kith.identity.v1.enums import HoldKind
from kith.person.v1 import person_rights_pb2 as rights
from libs.access.person_tables import Blank, Delete, KeptFor
from libs.refusals import FailedPrecondition, Refusal, Unavailable, invalid
from libs.rulebook import After, RecordKind
from services.topology import PERSON_SERVICES
from services.web.localisation.catalogue import PLAIN_ENGLISH, load_catalogues
from tests.contract.person_data_schema import person_tables
from tests.unit.web.fake_people import JO
from tests.unit.web.fake_services import OTHERS_ENTRY, OWN_ENTRY, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

ERASE = f"/data-requests/{OTHERS_ENTRY}/erase"


def test_a_person_sees_what_goes_and_what_stays_before_they_ask() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    assert "A claim after a fall." in browser.open("/you/data")
    page = browser.open("/you/data/erase")
    assert page.index("What goes") < page.index("Where you signed in") < page.index("What stays, and why") < page.index("How we reach you")
    assert "Somebody who left" in page


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/data-requests", "Wants to be erased"),
        (ERASE, "Erase them for good"),
        ("/erasures", "Not done yet: members, votes, teams, visits, news."),
        (f"/erasures/{OTHERS_ENTRY}", "Where you signed in"),
        ("/holds", "Somebody claims something, or may"),
        (f"/holds/{OWN_ENTRY}", "Is this hold still needed?"),
        (f"/members/{JO}/hold", "A court, the police or a regulator asked us"),
        ("/disposals", "8 years after they left"),
    ],
)
def test_a_secretary_has_a_page_for_each(path: str, words: str) -> None:
    assert words in ScriptlessBrowser(FakeServices()).sign_in().open(path)


def test_an_erasure_says_which_part_waits_and_for_what() -> None:
    fakes = FakeServices()
    wait = rights.ErasureWait(erasure_id=OTHERS_ENTRY, waits_for=rights.ERASURE_WAITS_FOR_PAY_PERIOD)
    elsewhere = rights.ErasureWait(erasure_id=OWN_ENTRY, waits_for=rights.ERASURE_WAITS_FOR_OPEN_VOTE)
    fakes.person_rights["scheduling"].erasure_waits = [wait, elsewhere]
    fakes.person_rights["governance"].refusals["ListErasureWaits"] = Unavailable("SERVICE_AWAY")
    browser = ScriptlessBrowser(fakes).sign_in()
    for path in ("/erasures", f"/erasures/{OTHERS_ENTRY}"):
        page = browser.open(path)
        assert "“visits” has to wait: a visit to them or by them is confirmed and not paid yet." in page
        assert "a vote that is open" not in page, "that is another one"
    asked = [
        name for name, fake in fakes.person_rights.items() if any(isinstance(one, rights.ListErasureWaitsRequest) for one in fake.requests)
    ]
    assert "identity" not in asked, "it has confirmed"


def test_a_secretary_sets_the_next_day_of_a_hold() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    assert f'href="/holds/{OWN_ENTRY}"' in browser.open("/holds")
    browser.open(f"/holds/{OWN_ENTRY}")
    typed = {"review_day-day": "30", "review_day-month": "9", "review_day-year": "2027"}
    assert browser.submit_fields(f"/holds/{OWN_ENTRY}", typed) == (303, "/holds?done=reviewed")
    [request] = [request for request in fakes.data_requests.requests if isinstance(request, pb.ReviewHoldRequest)]
    assert (request.hold_id, request.review_day) == (OWN_ENTRY, "2027-09-30")
    assert browser.http.get(f"/holds/{OTHERS_ENTRY}").headers["location"] == "/holds", "there is no such hold"


@pytest.mark.parametrize(
    ("refusal", "message"),
    [(invalid("answer", "DATA_ANSWER_MISSING"), "Write how"), (FailedPrecondition("DATA_ANSWERED_BEFORE"), "This was answered already.")],
)
def test_an_answer_that_is_refused_stays_where_it_was_typed(refusal: Refusal, message: str) -> None:
    fakes = FakeServices()
    fakes.data_requests.refusals["AnswerDataRequest"] = refusal
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/data-requests")
    status, page = browser.submit_fields("/data-requests", {"data_request_id": OWN_ENTRY, "answer": "Printed & posted."})
    assert status == 422
    assert message in page
    own, others = page.split(f'value="{OTHERS_ENTRY}"')
    assert ("Printed &amp; posted.</textarea>" in own, "Printed" in others) == (True, False)


def test_who_placed_a_hold_is_named_or_is_the_computer_itself() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    assert "Ada Fenwick" in browser.open("/holds").partition("A claim after a fall.")[2]
    fakes.data_requests.held_by = "job:follow_rulebook"
    page = browser.open("/holds")
    assert ("job:" in page, "The computer itself" in page) == (False, True)


@pytest.mark.parametrize("vocabulary", [KeptFor, HoldKind, RecordKind, After])
def test_every_word_has_its_sentence(vocabulary: type[StrEnum]) -> None:
    prefix = {KeptFor: "erasure.kept_", HoldKind: "holds.kind_", RecordKind: "disposals.kind_", After: "disposals.after_"}[vocabulary]
    catalogue = load_catalogues()[PLAIN_ENGLISH]
    assert [word for word in vocabulary if not catalogue.has(prefix + word)] == []


@pytest.mark.parametrize("service", PERSON_SERVICES)
def test_every_table_says_what_erasing_does_and_secrets_never_stay(service: str) -> None:
    """Keys, and hashes of passwords, codes and cookies, are deleted with their rows."""
    for table in person_tables(service):
        assert table.erasure, table.kind
        if any(word in "".join(table.withheld.values()) for word in ("as a hash", "the key itself")):
            first, *others = table.erasure
            assert first in (Delete(), Delete(of=("person",))), table.kind
            assert all(isinstance(step, Blank) and "person" not in step.of for step in others), table.kind
