"""Signing in and out on the pages: codes, passwords, sessions and their cookies, and whose hats open what."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from libs.clock import FixedClock
from libs.refusals import NotSignedIn, Unavailable
from services.web.http.sessions import IdentitySession
from tests.unit.web.fake_people import ADA, NOW
from tests.unit.web.fake_services import (
    CODE,
    FakeServices,
)
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


def test_somebody_who_is_not_signed_in_is_shown_the_way_in_and_then_what_they_wanted(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    assert browser.http.get("/motions?page=2").headers["location"] == "/sign-in?next=/motions%3Fpage%3D2"
    browser.open("/sign-in?next=/motions")
    assert browser.submit("/sign-in/code", code="7k3m-9qwd 2xtr 5hva".upper()) == (303, "/motions")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\x01"])
def test_signing_in_never_leads_to_another_site(fakes: FakeServices, elsewhere: str) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in")
    assert browser.submit("/sign-in/code", code=CODE, next=elsewhere) == (303, "/")


def test_a_link_shows_a_button_and_only_the_button_uses_the_code(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open(f"/sign-in/{CODE}")
    assert fakes.identity.requests == []
    assert browser.submit("/sign-in/code") == (303, "/")


def test_a_wrong_code_is_said_kindly_and_beside_its_field(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in")
    code, page = browser.submit("/sign-in/code", code="WRONG")
    assert code == 422
    assert "<title>Error: Sign in" in page
    assert 'href="#code"' in page
    assert 'aria-invalid="true"' in page


def test_a_password_signs_in_too_and_is_never_shown_again(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in/password")
    _, page = browser.submit("/sign-in/password", email="ada@elm-row.example", password="nearly right")
    assert "nearly right" not in page
    assert 'value="ada@elm-row.example"' in page
    assert browser.submit("/sign-in/password", email="ada@elm-row.example", password="a good long password") == (303, "/")


def test_signing_in_gives_a_new_session_whatever_the_browser_brought(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.http.cookies.set("kith", "chosen-by-an-attacker")
    browser.sign_in()
    assert "chosen-by-an-attacker" not in fakes.sessions.sessions


def test_signing_out_ends_the_session_here_and_at_identity(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/")
    assert browser.submit("/sign-out") == (303, "/signed-out")
    assert fakes.sessions.sessions == {}
    assert type(fakes.identity.requests[-1]).__name__ == "SignOutRequest"


def test_signing_out_works_when_identity_does_not_answer(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/")
    fakes.identity.refusals["SignOut"] = Unavailable("SERVICE_AWAY")
    assert browser.submit("/sign-out") == (303, "/signed-out")
    assert fakes.sessions.sessions == {}


def test_a_session_that_identity_ended_is_over_here_too(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.identity.refusals["RenewToken"] = NotSignedIn("SESSION_ENDED")
    assert isinstance(fakes.clock, FixedClock)
    fakes.clock.at = NOW + timedelta(minutes=4)
    assert browser.http.get("/").headers["location"] == "/sign-in"
    assert fakes.sessions.sessions == {}


def test_a_token_is_renewed_after_four_minutes_and_not_before(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    def renewed() -> int:
        return sum(type(request).__name__ == "RenewTokenRequest" for request in fakes.identity.requests)

    browser.open("/news")
    browser.open("/motions")
    assert renewed() == 1
    assert isinstance(fakes.clock, FixedClock)
    fakes.clock.at = NOW + timedelta(minutes=4, seconds=1)
    browser.open("/news")
    assert renewed() == 2


def test_each_hat_is_claimed_only_on_its_own_pages(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/motions")
    browser.open("/members")
    claimed = [request.hat for request in fakes.identity.requests if type(request).__name__ == "RenewTokenRequest"]  # type: ignore[attr-defined]  # as named
    assert claimed == ["", "secretary"]


def test_a_page_of_a_hat_is_closed_to_those_who_do_not_wear_it(fakes: FakeServices) -> None:
    fakes.identity.hats = ()
    browser = ScriptlessBrowser(fakes).sign_in()
    for path in ("/members", "/system", "/motions/new", "/paper-votes"):
        response = browser.http.get(path)
        assert response.status_code == 403
        assert "needs a hat" in response.text


def test_the_signed_in_person_is_never_in_a_cookie(browser: ScriptlessBrowser) -> None:
    for value in dict(browser.http.cookies).values():
        assert ADA not in value


def test_cookies_are_out_of_reach_of_scripts_and_carry_the_host_prefix_over_https(fakes: FakeServices) -> None:
    response = ScriptlessBrowser(fakes, https=True).http.get("/sign-in")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-kith-visitor=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert response.headers["strict-transport-security"].startswith("max-age=")


def test_a_session_that_expired_is_no_session(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    session = asyncio.run(fakes.sessions.create(IdentitySession(ADA, "s", "k", (), NOW - timedelta(seconds=1))))
    browser.http.cookies.set("kith", session.cookie)
    assert browser.http.get("/").status_code == 303
