"""Signing in on a device of others, and helping somebody with the pages."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.routing import compile_path

from kith.identity.v1 import helping_pb2 as helping
from kith.identity.v1 import identity_pb2 as identity
from services.web.http.devices import device_kind
from services.web.page import Access
from services.web.pages.helped_page_names import page_name
from services.web.routes import PAGES
from tests.unit.web import every_page
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_services import CODE, HELPED_SESSION, REGISTERS, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

BAR = "Ada Fenwick is helping Jo Bright."


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


def _cookies(browser: ScriptlessBrowser, action: str, **fields: str) -> dict[str, str]:
    """The cookies that an answer sets, by name, each with what is said about it."""
    form = dict(fields) | dict(_hidden(browser.page, action))
    response = browser.http.post(action, data=form, headers={"origin": str(browser.http.base_url).rstrip("/")})
    assert response.status_code == 303
    lines = response.headers.get_list("set-cookie")
    return {line.partition("=")[0]: line for line in lines}


def _hidden(page: str, action: str) -> list[tuple[str, str]]:
    form = page.partition(f'action="{action}"')[2].partition("</form>")[0]
    return [
        (part.partition('name="')[2].partition('"')[0], part.partition('value="')[2].partition('"')[0])
        for part in form.split("<input")
        if 'type="hidden"' in part
    ]


@pytest.mark.parametrize("said", [{}, {"device": "shared"}, {"device": "anything"}], ids=["nothing", "shared", "nonsense"])
def test_on_a_device_of_others_every_cookie_ends_with_the_browser_and_each_page_says_when(
    fakes: FakeServices, said: dict[str, str]
) -> None:
    browser = ScriptlessBrowser(fakes)
    assert 'value="shared" id="device" checked' in browser.open("/sign-in"), "the careful answer is chosen"
    cookies = _cookies(browser, "/sign-in/code", code=CODE, **said)
    assert {"kith", "kith-visitor"} <= cookies.keys()
    assert not [line for line in cookies.values() if "Max-Age" in line]
    assert "kith-own" not in cookies
    page = browser.open("/motions")
    assert "You are signed out when you do nothing for 15 minutes, and" in page


def test_on_their_own_device_people_stay_signed_in_and_it_is_remembered(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in")
    cookies = _cookies(browser, "/sign-in/code", code=CODE, device="own")
    assert all("Max-Age" in cookies[name] for name in ("kith", "kith-visitor", "kith-own"))
    assert "You are signed out when" not in browser.open("/motions")
    assert browser.submit("/sign-out") == (303, "/signed-out")
    assert 'value="own" id="device-own" checked' in browser.open(f"/sign-in/{CODE}")
    cookies = _cookies(browser, "/sign-in/code", code=CODE, device="shared")
    assert 'kith-own=""' in cookies["kith-own"], "somebody else said that others use it too"
    requests = [request for request in fakes.identity.requests if isinstance(request, identity.SignInRequest)]
    assert [request.device_use for request in requests] == [identity.DEVICE_USE_OWN, identity.DEVICE_USE_SHARED]


def test_a_wrong_code_forgets_nothing_of_what_was_said(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in")
    code, page = browser.submit("/sign-in/code", code="7777", device="own")
    assert code == 422
    assert 'value="own" id="device-own" checked' in page


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari", identity.DEVICE_KIND_PHONE),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/130 Mobile Safari", identity.DEVICE_KIND_PHONE),
        ("Mozilla/5.0 (Linux; Android 15; SM-X200) Chrome/130 Safari", identity.DEVICE_KIND_TABLET),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Mobile/15E148", identity.DEVICE_KIND_TABLET),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0", identity.DEVICE_KIND_COMPUTER),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", identity.DEVICE_KIND_COMPUTER),
        ("curl/8", identity.DEVICE_KIND_UNSPECIFIED),
        ("", identity.DEVICE_KIND_UNSPECIFIED),
    ],
)
def test_a_browser_tells_roughly_which_kind_of_device_it_is_on(name: str, kind: "identity.DeviceKind.ValueType") -> None:
    assert device_kind(name) == kind


def begin_helping(browser: ScriptlessBrowser) -> None:
    browser.open("/helping")
    assert browser.submit("/helping", kind="fills_in", code=CODE, agreed="yes") == (303, "/")


@pytest.mark.capability("I5")
def test_help_is_seen_on_every_page_and_what_was_changed_is_written_down(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    begin_helping(browser)
    [asked] = [request for request in fakes.helping.requests if isinstance(request, helping.BeginHelpingRequest)]
    assert (asked.code, asked.kind) == (CODE, identity.HELP_KIND_FILLS_IN)
    for path in ("/", "/motions", "/you/sessions", "/help", "/nope"):
        page = browser.http.get(path, follow_redirects=True).text
        assert BAR in page, path
        assert "You are signed out when you do nothing for 15 minutes, and" in page, path
    assert browser.http.get("/members").status_code == 403, "no hat is worn meanwhile"

    browser.open("/you/told")
    status, _ = browser.submit("/you/told", channel="page", quiet_from="20:00", quiet_until="08:00")
    assert status == 303
    page = browser.open("/you/sessions")
    assert "Filled in pages for you." in page
    assert "<li>How I want to be told</li>" in page

    assert browser.submit("/helping/end") == (303, "/helping?done=over")
    assert [(page.session_id, page.path) for page in fakes.sessions.helped_pages] == [(HELPED_SESSION, "/you/told")], "no more than that"
    page = browser.open("/helping?done=over")
    assert "You are yourself again." in page
    assert BAR not in page
    assert [session.identity.session_id for session in fakes.sessions.sessions.values()] == ["s1"]
    browser.open("/members")


@pytest.mark.capability("I5")
def test_nothing_leads_to_what_cannot_be_done_while_somebody_helps(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    begin_helping(browser)
    closed = {page.path: compile_path(page.path)[0] for page in PAGES if not page.while_helped}
    assert closed.keys() == {
        *("/helping", "/you/password", "/you/recovery/people", "/you/recovery/{person:uuid}", "/you/sign-in", "/you/sign-in/begin"),
        *("/you/sign-in/add", "/you/sign-in/{passkey:uuid}", "/you/sign-in/{passkey:uuid}/remove"),
    }
    paths = zip((page for page in PAGES if page.show), every_page.one_path_of_each_page(), strict=True)
    for page, path in paths:
        if page.access in {Access.MEMBER, Access.ANYBODY}:
            response = browser.http.get(path, follow_redirects=True)
            assert (response.status_code == 403) == (page.path in closed), path
            led = re.findall(r'(?:href|action)="([^"?#]+)', response.text)
            assert not [(path, target) for target in led for pattern in closed.values() if pattern.match(target)]
    assert "Stop the help first, then do it yourself." in browser.http.get("/you/password").text
    assert browser.http.post("/you/password", data={}, headers={"origin": fakes.public_url}).status_code == 403


@pytest.mark.capability("I5")
def test_help_that_ended_by_itself_gives_the_browser_back_to_the_helper(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    begin_helping(browser)
    for cookie, session in list(fakes.sessions.sessions.items()):
        if session.identity.helped_by:
            fakes.sessions.sessions[cookie] = replace(session, identity=replace(session.identity, expires_at=NOW - timedelta(seconds=1)))
    response = browser.http.get("/you/sessions")
    assert (response.status_code, response.headers["location"]) == (303, "/helping?done=over")
    assert BAR not in browser.open("/you/sessions")


def test_signing_out_while_somebody_helps_ends_the_help_and_not_the_helper(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    begin_helping(browser)
    browser.open("/")
    assert browser.submit("/sign-out") == (303, "/helping?done=over")
    ended = [request.session_id for request in fakes.identity.requests if isinstance(request, identity.SignOutRequest)]
    assert ended == [HELPED_SESSION]


def test_help_does_not_begin_without_a_kind_a_code_and_the_wish_of_the_person(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    browser.open("/helping")
    status, page = browser.submit("/helping")
    assert status == 422
    for message in ("Choose how you help.", "The person must say that they want help."):
        assert message in page
    status, page = browser.submit("/helping", kind="reads_out", code="wrong", agreed="yes")
    assert (status, "This code does not work." in page) == (422, True)
    assert re.search(r'name="agreed"[^>]* checked', page), "what the person said comes back"
    assert not fakes.sessions.helped_pages


def test_every_page_on_which_something_can_be_changed_has_a_name() -> None:
    other = page_name(REGISTERS["en"], "/no-such-page")
    paths = [page.path for page in PAGES if page.act and page.access is Access.MEMBER and not page.path.startswith(("/acting", "/co-ops"))]
    assert not [path for path in paths if page_name(REGISTERS["en"], path) == other]


def test_the_list_says_on_whose_device_each_session_is_and_who_helps(fakes: FakeServices) -> None:
    page = ScriptlessBrowser(fakes).sign_in().open("/you/sessions")
    for words in (
        "On your own device.",
        "On a phone that other people use too.",
        "It also ends when nothing is done for 15 minutes.",
        "Jo Bright helps you there",
        "Read pages out to you.",
        "Nothing was changed.",
    ):
        assert words in page, words


def test_nobody_sends_forms_without_end_but_everybody_can_end_a_session() -> None:
    browser = ScriptlessBrowser(FakeServices(forms_a_minute=2)).sign_in()
    browser.open("/you/told")
    told = {"channel": "page", "quiet_from": "20:00", "quiet_until": "08:00"}
    assert [browser.submit_fields("/you/told", told)[0] for _ in range(2)] == [303, 303]
    status, page = browser.submit_fields("/you/told", told)
    assert (status, "That was a lot in one minute." in page) == (429, True)
    browser.open("/you/sessions")
    assert browser.submit("/you/sessions", everywhere="yes") == (303, "/signed-out"), "nobody is kept from ending a stranger's session"
    unlimited = {page.path for page in PAGES if page.act and not page.is_limited}
    assert unlimited == {"/sign-out", "/you/sessions", "/helping/end"}
