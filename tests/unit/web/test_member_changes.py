"""A secretary finds members and changes them: asked, checked, and only then done."""

from typing import Any

import pytest

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Conflict, NotFound, invalid
from tests.unit.web.fake_people import JO, MO
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

PERSON = f"/members/{JO}"


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def change(browser: ScriptlessBrowser, name: str, fields: dict[str, str]) -> tuple[str, tuple[int, str]]:
    """Asks and checks; returns the check page and where the last button leads."""
    browser.open(f"{PERSON}/{name}")
    assert browser.submit_fields(f"{PERSON}/{name}", fields) == (303, f"{PERSON}/{name}/check")
    return browser.open(f"{PERSON}/{name}/check"), browser.submit(f"{PERSON}/{name}/check")


def sent(fakes: FakeServices, kind: type) -> list[Any]:
    return [request for request in (*fakes.identity.requests, *fakes.membership.requests) if isinstance(request, kind)]


def test_members_are_found_by_name_and_by_number(browser: ScriptlessBrowser) -> None:
    page = browser.open("/members?q=bright")
    assert "Jo Bright</a>" in page
    assert "Mo Stone" not in page
    assert "Mo Stone</a>" in browser.open("/members?q=3")
    assert "Nobody fits. Try a part of the name" in browser.open("/members?q=nobody")


def test_somebody_found_who_is_no_member_is_shown_as_such(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    members: Any = fakes.membership.ListMembers

    async def without_jo(request: membership.ListMembersRequest, **options: object) -> membership.ListMembersResponse:
        response = await members(request, **options)
        return membership.ListMembersResponse(members=[row for row in response.members if row.person_id != JO])

    vars(fakes.membership)["ListMembers"] = without_jo
    assert "Not a member today" in browser.open("/members?q=bright")


def test_a_class_is_changed_after_a_check_under_the_version_shown(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page, led = change(browser, "class", {"member_class": "investor", "from_day-pick": "2026-11-25"})
    assert "Investor member, with a vote" in page
    assert "Wednesday 25 November" in page
    assert led == (303, f"{PERSON}?done=class")
    [request] = sent(fakes, membership.ChangeClassRequest)
    assert (request.person_id, request.member_class, request.from_day, request.version) == (JO, "investor", "2026-11-25", 7)
    assert "The class is changed." in browser.open(led[1])


def test_nothing_is_changed_before_the_check(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"{PERSON}/end")
    browser.submit_fields(f"{PERSON}/end", {"reason": "left", "on-pick": "2026-11-24"})
    browser.open(f"{PERSON}/end/check")
    assert sent(fakes, membership.EndMembershipRequest) == []


def test_a_membership_is_ended_on_a_day_that_is_typed(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    typed = {"reason": "died", "on-pick": "other", "on-day": "20", "on-month": "Nov", "on-year": "2026"}
    page, led = change(browser, "end", typed)
    assert "They have died" in page
    assert led == (303, f"{PERSON}?done=end")
    [request] = sent(fakes, membership.EndMembershipRequest)
    assert (request.on, request.reason, request.version) == ("2026-11-20", "died", 7)


def test_a_missing_answer_and_a_day_that_is_none_are_pointed_out(browser: ScriptlessBrowser) -> None:
    browser.open(f"{PERSON}/end")
    typed = {"on-pick": "other", "on-day": "31", "on-month": "2", "on-year": "2026"}
    code, page = browser.submit_fields(f"{PERSON}/end", typed)
    assert (code, 'href="#reason"' in page, 'href="#on"' in page, 'value="31"' in page) == (422, True, True, True)
    assert browser.http.get(f"{PERSON}/end/check").headers["location"] == f"{PERSON}/end"


def test_only_what_is_corrected_is_shown_and_sent(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    right = {"full_name": "Jo Bright-Ash", "called": "Jo", "email": "jo@elm-row.example", "phone": "01632 960 017"}
    entry = {"register_name": "Jo Bright", "register_address": "1 Example Row\nExampleton"}
    page, led = change(browser, "correct", right | entry)
    assert "Jo Bright-Ash (it was: Jo Bright)" in page
    assert page.count("it was:") == 1
    assert led == (303, f"{PERSON}?done=correct")
    [request] = sent(fakes, identity.CorrectPersonRequest)
    assert (request.full_name, request.version) == ("Jo Bright-Ash", 3)
    assert sent(fakes, membership.CorrectRegisterEntryRequest) == []


def test_a_refused_change_points_to_its_field_and_a_stale_one_shows_the_versions_of_now(
    browser: ScriptlessBrowser, fakes: FakeServices
) -> None:
    fakes.membership.refusals["ChangeClass"] = invalid("from_day", "BEFORE_LAST_CHANGE", last_change="2026-02-01")
    _, (code, page) = change(browser, "class", {"member_class": "investor", "from_day-pick": "2026-11-24"})
    assert (code, 'href="#from_day"' in page) == (422, True)
    fakes.membership.refusals["ChangeClass"] = Conflict("VERSION_STALE")
    _, (code, page) = change(browser, "class", {"member_class": "investor", "from_day-pick": "2026-11-24"})
    assert (code, "Look at it again." in page, 'name="version" value="7"' in page) == (422, True, True)


def test_a_draft_of_one_person_is_not_used_for_another(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"{PERSON}/end")
    browser.submit_fields(f"{PERSON}/end", {"reason": "left", "on-pick": "2026-11-24"})
    assert browser.http.get(f"/members/{MO}/end/check").headers["location"] == f"/members/{MO}/end"
    assert sent(fakes, membership.EndMembershipRequest) == []


def test_somebody_who_is_no_member_is_admitted_and_offered_nothing_else(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.membership.refusals["GetMember"] = NotFound("MEMBER_UNKNOWN")
    page = browser.open(PERSON)
    assert f'href="{PERSON}/admit"' in page
    assert f'href="{PERSON}/end"' not in page
    fields = {"member_class": "worker", "admitted_on-pick": "2026-11-24", "register_name": "Jo Bright", "register_address": "9 Row"}
    assert change(browser, "admit", fields)[1] == (303, f"{PERSON}?done=admit")
    [request] = sent(fakes, membership.AdmitMembersRequest)
    assert [(row.person_id, row.member_class, row.register_name) for row in request.admissions] == [(JO, "worker", "Jo Bright")]


def test_a_new_member_whose_admission_was_refused_is_the_same_person_at_the_next_try(
    fakes: FakeServices, browser: ScriptlessBrowser
) -> None:
    browser.open("/members/new")
    assert browser.submit("/members/new", full_name="Jo Bright", member_class="worker", address="")[0] == 422
    assert browser.submit("/members/new", full_name="Jo Bright", member_class="worker", address="9 Example Row") == (303, f"/members/{JO}")
    browser.open("/members/new")
    browser.submit("/members/new", full_name="Jo Bright", member_class="worker", address="9 Example Row")
    first, second, another = (request.request_id for request in sent(fakes, identity.RegisterPersonsRequest))
    assert first == second != another
    assert len({request.request_id for request in sent(fakes, membership.AdmitMembersRequest)}) == 3
