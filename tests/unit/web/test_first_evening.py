"""A co-op's first evening: what is to be done, what will be where nothing is yet, and an address that only this machine can open."""

import re
from typing import Any

import pytest

from kith.governance.v1 import governance_pb2 as governance
from kith.membership.v1 import membership_pb2 as membership
from services.web.app_state import CoOp
from services.web.templates import FOLDER
from tests.unit.web.fake_people import ADA, JO
from tests.unit.web.fake_services import FakeServices, InMemoryFirstSteps, make_motion
from tests.unit.web.new_co_op import new_co_op
from tests.unit.web.scriptless_browser import ScriptlessBrowser

LINKS = (f"/members/{ADA}/admit", "/first-steps/address", "/members/new", "/motions/new", "/first-steps/backup")


def test_home_is_a_checklist_with_a_link_for_each_step() -> None:
    page = ScriptlessBrowser(new_co_op()).sign_in().open("/")
    assert [link for link in LINKS if f'<a href="{link}"><b>' in page] == list(LINKS)
    assert "What has changed" not in page
    assert page.count("To do</span>") == 5


def test_the_steps_of_a_grown_co_op_stand_below_and_only_what_is_left_of_them() -> None:
    fakes: Any = FakeServices(first_steps=InMemoryFirstSteps(set()), public_url="http://127.0.0.1:8400")
    page = ScriptlessBrowser(fakes).sign_in().open("/")
    assert page.index("What needs your voice") < page.index("Still to do")
    assert [link for link in LINKS if f'<a href="{link}"><b>' in page] == ["/first-steps/address", "/first-steps/backup"]


def test_steps_that_happen_outside_are_ticked_off_and_then_the_list_is_gone_for_good() -> None:
    fakes: Any = FakeServices(first_steps=InMemoryFirstSteps(set()), public_url="http://127.0.0.1:8400")
    browser = ScriptlessBrowser(fakes).sign_in()
    for step in ("address", "backup"):
        browser.open(f"/first-steps/{step}")
        assert browser.submit(f"/first-steps/{step}") == (303, "/")
    assert "Still to do" not in browser.open("/")
    assert "all" in fakes.first_steps.ticked
    assert "You have ticked this step off." in browser.open("/first-steps/backup")


def test_a_founder_alone_is_no_first_member() -> None:
    fakes: Any = FakeServices(first_steps=InMemoryFirstSteps({"backup"}))
    fakes.membership.CountMembers = _counting(1)
    page = ScriptlessBrowser(fakes).sign_in().open("/")
    assert '<a href="/members/new"><b>' in page


def test_members_without_the_hat_see_no_steps() -> None:
    fakes = new_co_op()
    fakes.identity.hats = ()
    page = ScriptlessBrowser(fakes).sign_in().open("/")
    assert "First steps" not in page
    assert "When a question is put to the members, it stands here." in page


@pytest.mark.parametrize("path", ["/members", "/applications", "/motions", "/votes", "/decisions", "/news", "/paper-votes", "/co-ops"])
def test_an_empty_page_says_what_would_be_here_and_how_it_comes(path: str) -> None:
    page = ScriptlessBrowser(new_co_op()).sign_in().open(path)
    empty = re.findall(r'<p class="empty">(.*?)</p>', page)
    assert empty
    assert any(text.count(".") >= 2 for text in empty), empty


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "kith.localhost"])  # noqa: S104 - read, not bound
def test_an_address_of_this_machine_is_known_as_such(host: str) -> None:
    assert _co_op(f"http://{host}:8400").is_local


@pytest.mark.parametrize("address", ["https://elm-row.example", "http://192.168.1.7:8400", "https://127.example.org"])
def test_an_address_that_others_can_open_is_not(address: str) -> None:
    assert not _co_op(address).is_local


def test_a_letter_prints_the_public_address_and_says_when_only_this_machine_can_open_it() -> None:
    for public_url, is_local in (("https://elm-row.example", False), ("http://127.0.0.1:8400", True)):
        browser = ScriptlessBrowser(FakeServices(public_url=public_url)).sign_in()
        browser.open(f"/members/{JO}")
        page = browser.submit(f"/members/{JO}/card")[1]
        assert f"<b>{public_url}/sign-in</b>" in page
        assert ('href="/first-steps/address"' in page) == is_local


def test_a_kind_that_needs_two_meetings_is_named_and_not_offered() -> None:
    browser = ScriptlessBrowser(FakeServices()).sign_in()
    page = browser.open("/motions/new")
    assert 'value="merge"' not in page
    assert "Special resolution: merge." in page
    assert 'value="merge"' not in browser.open("/votes/new")
    assert "It needs two meetings." in browser.open("/rulebook")


def test_today_is_offered_only_where_a_vote_may_end_today() -> None:
    fakes: Any = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    assert "closes_on-pick" not in browser.open("/motions/new")
    rules = governance.GetRulebookResponse(resolution_types=[governance.ResolutionType(key="quick", name="Quick", maximum_open_days=3)])
    rules.resolution_types[0].counting.CopyFrom(make_motion().counting)
    fakes.governance.GetRulebook = _responding(rules)
    page = browser.open("/motions/new")
    assert 'name="closes_on-pick" value="2026-11-24"' in page
    assert 'name="closes_on-pick" value="2026-11-25"' in page


def test_no_page_asks_for_a_date_in_the_order_of_the_browser() -> None:
    assert [
        path.name for path in FOLDER.rglob("*.html") if re.search(r"""type=['"](?:date|datetime-local|month)""", path.read_text())
    ] == []


def _co_op(public_url: str) -> CoOp:
    return FakeServices(public_url=public_url).app_state().co_op


def _counting(members: int) -> object:
    return _responding(membership.CountMembersResponse(classes=[membership.ClassSize(member_class="worker", members=members)]))


def _responding(response: object) -> object:
    async def respond(_request: object, **_: object) -> object:
        return response

    return respond
