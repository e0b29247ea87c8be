"""Which session cookies are known to be true: it decides about precedence only."""

from starlette.testclient import TestClient

from services.web.app import create_app
from services.web.http.known_sessions import KnownSessions
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser


def test_a_cookie_is_known_after_it_was_true_and_until_it_is_not() -> None:
    known = KnownSessions()
    assert "a" not in known
    known.record("a", is_true=True)
    assert "a" in known
    known.record("a", is_true=False)
    assert "a" not in known


def test_only_so_many_are_known_and_who_came_longest_ago_goes() -> None:
    known = KnownSessions(most=2)
    for cookie in ("a", "b", "a", "c"):
        known.record(cookie, is_true=True)
    assert [cookie in known for cookie in "abc"] == [True, False, True]


def test_a_page_makes_a_cookie_known_only_if_it_is_true() -> None:
    services = FakeServices()
    state = services.app_state()
    http = TestClient(create_app(state, https=False), base_url="https://elm-row.example")
    http.cookies.set(state.cookies.session, "made-up")
    http.get("/sign-in")
    assert "made-up" not in state.known_sessions


def test_who_has_just_signed_in_is_known_and_so_is_a_member_after_a_restart() -> None:
    fakes = FakeServices()
    browser = ScriptlessBrowser(fakes).sign_in()
    [cookie] = fakes.sessions.sessions
    state = fakes.app_state()
    assert cookie not in state.known_sessions
    http = TestClient(create_app(state, https=True), base_url="https://elm-row.example")
    http.cookies.update(dict(browser.http.cookies))
    assert http.get("/you").status_code == 200
    assert cookie in state.known_sessions
