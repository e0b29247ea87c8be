"""A secretary says that two entries are one person: asked, checked side by side, and only then done. Without JavaScript."""

from datetime import UTC, datetime
from typing import Any

import pytest

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import FailedPrecondition, NotFound
from tests.unit.web.fake_people import ADA, JO, MO, NOW, to_timestamp
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

ASK, CHECK = f"/members/{JO}/merge", f"/members/{JO}/merge/check"
WHY = "I rang them up."


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def ask(browser: ScriptlessBrowser, find: str, reason: str = WHY, **fields: str) -> tuple[int, str]:
    browser.open(ASK)
    return browser.submit_fields(ASK, {"find": find, "reason": reason, **fields})


def merges(fakes: FakeServices) -> list[Any]:
    return [request for request in fakes.identity.requests if isinstance(request, identity.MergePersonsRequest)]


def test_both_entries_are_shown_side_by_side_and_merged_by_the_last_button(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert f'href="{ASK}"' in browser.open(f"/members/{JO}")
    assert ask(browser, "stone") == (303, CHECK)
    page = browser.open(CHECK)
    for text in ("Jo Bright", "Mo Stone", "This one stays", "This one is not used any more", WHY, f'href="/members/{MO}/merge"'):
        assert text in page
    assert "The second membership ends today." in page
    assert merges(fakes) == []
    assert browser.submit(CHECK) == (303, f"/members/{JO}?done=merge")
    [request] = merges(fakes)
    assert (request.kept_person_id, request.other_person_id, request.reason) == (JO, MO, WHY)
    assert request.request_id
    assert governance.CheckMergeRequest(person_id=MO) in fakes.governance.requests
    assert browser.http.get(CHECK).headers["location"] == ASK, "the draft is over"


def test_of_several_people_one_is_chosen(browser: ScriptlessBrowser) -> None:
    code, page = ask(browser, "e")
    assert (code, 'href="#other"' in page, f'value="{MO}"' in page, f'value="{JO}" id' in page) == (422, True, True, False)
    assert WHY in page


def test_what_is_missing_is_asked_for(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    for find, reason, field in (("nobody at all", WHY, "find"), ("", WHY, "find"), ("stone", "", "reason")):
        code, page = ask(browser, find, reason)
        assert (code, f'href="#{field}"' in page) == (422, True), find
    assert browser.http.get(CHECK).headers["location"] == ASK
    assert merges(fakes) == []


def test_an_open_vote_is_named_before_anything_happens(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    async def open_roll(_request: governance.CheckMergeRequest, **_options: object) -> governance.CheckMergeResponse:
        closes_at = to_timestamp(datetime(2026, 11, 30, 18, tzinfo=UTC))
        return governance.CheckMergeResponse(open_roll=governance.OpenRoll(title="The van", closes_at=closes_at))

    vars(fakes.governance)["CheckMerge"] = open_roll
    code, page = ask(browser, "stone")
    assert (code, "a vote that is still open: The van" in page, "30 November" in page) == (422, True, True)
    assert merges(fakes) == []


def test_a_refusal_at_the_end_is_a_sentence(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.identity.refusals["MergePersons"] = FailedPrecondition("PERSON_MERGED", person=ADA)
    ask(browser, "stone")
    browser.open(CHECK)
    code, page = browser.submit(CHECK)
    assert (code, "This entry is not used any more." in page) == (422, True)


def test_a_membership_that_is_taken_over_is_said(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    get_member: Any = fakes.membership.GetMember

    async def without_jo(request: membership.GetMemberRequest, **options: object) -> membership.GetMemberResponse:
        if request.person_id == JO:
            raise NotFound("MEMBER_UNKNOWN")
        response: membership.GetMemberResponse = await get_member(request, **options)
        return response

    vars(fakes.membership)["GetMember"] = without_jo
    assert ask(browser, "stone") == (303, CHECK)
    assert "The entry that stays becomes a member today" in browser.open(CHECK)


def test_a_merged_entry_can_be_read_and_not_be_changed(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    get_person: Any = fakes.identity.GetPerson

    async def merged(request: identity.GetPersonRequest, **options: object) -> identity.GetPersonResponse:
        response: identity.GetPersonResponse = await get_person(request, **options)
        if request.person_id == MO:
            response.person.MergeFrom(identity.Person(merged_into=JO, merged_at=to_timestamp(NOW), merge_reason=WHY))
        else:
            response.person.merged_entries.append(MO)
        return response

    vars(fakes.identity)["GetPerson"] = merged
    page = browser.open(f"/members/{MO}")
    assert f'<a href="/members/{JO}">Go to the entry that is used: Jo Bright</a>' in page
    assert WHY in page
    assert f'action="/members/{MO}/card"' not in page
    assert f"/members/{MO}/merge" not in page
    assert f'<a href="/members/{MO}">Mo Stone, entry 1, not used any more</a>' in browser.open(f"/members/{JO}")
