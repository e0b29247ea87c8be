"""The session ends while somebody writes: what they then send is kept, for them alone, and is there once they have signed in again."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from libs.refusals import NotFound, NotSignedIn
from services.web.http import kept_forms
from services.web.http.forms import Form
from services.web.http.kept_forms import FormOwners
from services.web.routes import PAGES
from tests.support.hidden_fields import form_of, hidden_fields
from tests.unit.web import every_page
from tests.unit.web.fake_people import ADA, JO
from tests.unit.web.fake_services import CODE, FORMS_KEY, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

LONG = "Why we need a van.\n\n" + "It would carry people to the hospital. " * 300
MOTION = {"title": "Shall we buy the van?", "text": LONG, "resolution_type": "ordinary", "for_means": "We buy it."}
PASSWORD = "correct horse battery staple"
OWNERS = FormOwners(FORMS_KEY)
_NEVER_KEPT = {page.path: page.never_kept for page in PAGES}
"""The secrets of each form, which are typed again."""
_TEXT_INPUTS = re.compile(r'<textarea [^>]*name="([\w-]+)"|<input type="(?:text|email|tel)" id="[\w-]+" name="([\w-]+)"')


@pytest.fixture
def fakes() -> FakeServices:
    """Services to which the person is no member yet, so that they may ask to become one, and say why."""
    fakes = FakeServices()
    fakes.membership.refusals["GetMember"] = NotFound("MEMBER_UNKNOWN")
    return fakes


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def send_too_late(browser: ScriptlessBrowser, path: str, action: str, fields: dict[str, str]) -> Any:
    """Opens the form, ends the session everywhere, and sends the form."""
    hidden = hidden_fields(browser.http.get(path).text, action)
    browser.fakes.sessions.sessions.clear()
    return browser.http.post(action, data=hidden | fields, headers={"origin": browser.fakes.public_url})


def sign_in_again(browser: ScriptlessBrowser, sent: Any) -> str:
    """Follows to the sign-in page and from there to where it leads. Returns the page there."""
    assert sent.status_code == 303, sent.text
    location = sent.headers["location"]
    assert location.startswith("/sign-in?next=")
    assert "You were signed out before you sent this." in browser.open(location)
    browser.sign_in()
    return browser.open(parse_qs(urlsplit(location).query)["next"][0])


def test_a_long_text_is_there_after_signing_in_again_and_nothing_was_sent(browser: ScriptlessBrowser) -> None:
    page = sign_in_again(browser, send_too_late(browser, "/motions/new", "/motions/new", MOTION))
    assert "You wrote this before you were signed out." in page
    assert LONG.strip() in page
    assert 'value="Shall we buy the van?"' in page
    assert not [request for request in browser.fakes.governance.requests if isinstance(request, governance.OpenMotionRequest)]


def test_what_was_sent_in_the_end_is_not_offered_again(browser: ScriptlessBrowser) -> None:
    sign_in_again(browser, send_too_late(browser, "/you", "/you", {"member_class": "user", "why": "I live here now."}))
    assert browser.submit("/you", member_class="user", why="I live here now.") == (303, "/you?done=asked")
    assert "I live here now." not in browser.open("/you")
    assert "before you were signed out" not in browser.page


def test_a_session_that_identity_ended_loses_no_text_either(browser: ScriptlessBrowser) -> None:
    browser.open("/you")
    browser.fakes.identity.refusals["RenewToken"] = NotSignedIn("SESSION_ENDED")
    browser.fakes.membership.refusals["Apply"] = NotSignedIn("SESSION_ENDED")
    fields = hidden_fields(browser.page, "/you") | {"member_class": "user", "why": "I live here now."}
    sent = browser.http.post("/you", data=fields, headers={"origin": browser.fakes.public_url})
    browser.fakes.identity.refusals.clear()
    del browser.fakes.membership.refusals["Apply"]
    assert "I live here now." in sign_in_again(browser, sent)


def test_the_browser_may_have_forgotten_its_cookie_as_well(browser: ScriptlessBrowser) -> None:
    hidden = hidden_fields(browser.open("/you"), "/you")
    browser.http.cookies.clear()
    sent = browser.http.post("/you", data=hidden | {"why": "I live here now."}, headers={"origin": browser.fakes.public_url})
    assert "I live here now." in sign_in_again(browser, sent)


def test_nobody_else_who_signs_in_there_sees_it(browser: ScriptlessBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = send_too_late(browser, "/you", "/you", {"why": "I live here now."})
    sign_in: Any = browser.fakes.identity.SignIn

    async def sign_in_as_jo(request: identity.SignInRequest, **_: object) -> object:
        response: Any = await sign_in(request)
        response.person_id = JO
        return response

    with monkeypatch.context() as other:
        other.setattr(browser.fakes.identity, "SignIn", sign_in_as_jo)
        page = sign_in_again(browser, sent)
    assert "I live here now." not in page
    assert "before you were signed out" not in page
    browser.fakes.sessions.sessions.clear()
    browser.sign_in()
    assert "I live here now." in browser.open("/you")


def test_a_password_is_never_kept(browser: ScriptlessBrowser) -> None:
    sent = send_too_late(browser, "/you/password", "/you/password", {"password": PASSWORD})
    assert PASSWORD not in sign_in_again(browser, sent)
    assert PASSWORD not in json.dumps([dict(fields) for fields in browser.fakes.kept_forms.forms.values()])


@pytest.mark.parametrize("change", ["other form", "other person", "no mark", "foreign origin"])
def test_a_form_that_was_not_shown_to_its_owner_is_kept_for_nobody(browser: ScriptlessBrowser, change: str) -> None:
    hidden = hidden_fields(browser.open("/you"), "/you")
    mark, origin = hidden[kept_forms.OWNER], browser.fakes.public_url
    if change == "other form":
        hidden[kept_forms.OWNER] = OWNERS.field(ADA, "you-password")
    elif change == "other person":
        hidden[kept_forms.OWNER] = OWNERS.mark(JO) + mark[64:]
    elif change == "no mark":
        del hidden[kept_forms.OWNER]
    else:
        origin = "https://evil.example"
    browser.fakes.sessions.sessions.clear()
    sent = browser.http.post("/you", data=hidden | {"why": "I live here now."}, headers={"origin": origin})
    assert sent.status_code == 401
    assert browser.fakes.kept_forms.forms == {}


def test_half_of_a_form_of_several_pages_outlives_the_session(browser: ScriptlessBrowser) -> None:
    browser.open("/votes/new")
    assert browser.submit("/votes/new", question="Shall we share a van?", text="A long story.", resolution_type="ordinary")[0] == 303
    browser.fakes.sessions.sessions.clear()
    browser.sign_in()
    assert "A long story." in browser.open("/votes/new")


def _text_names(form: str) -> list[str]:
    """Names of the inputs into which words are written; the three parts of a day take numbers."""
    names = [area or field for area, field in _TEXT_INPUTS.findall(form)]
    return [name for name in names if name.rpartition("-")[2] not in {"day", "month", "year"}]


def test_every_form_into_which_words_are_written_brings_them_back_and_never_its_secrets() -> None:
    lost, shown, tried, secret = [], [], set(), set()
    browser = ScriptlessBrowser(FakeServices()).sign_in()
    for path in every_page.one_path_of_each_page():
        if path.startswith(("/sign-in", "/look-up", "/recover")):
            continue
        for action, fields in every_page.filled_forms(browser, path):
            form = form_of(browser.http.get(path).text, action)
            never_kept = _NEVER_KEPT.get(action, ())
            words = {name: f"Words of {name}" for name in _text_names(form) if name not in never_kept}
            secrets = {name: f"Secret of {name}" for name in never_kept}
            if words or secrets:
                browser.fakes.sessions.sessions.clear()
                hidden = hidden_fields(form)
                sent = browser.http.post(action, data=fields | hidden | words | secrets, headers={"origin": browser.fakes.public_url})
                kept = repr(browser.fakes.kept_forms.forms)
                page = sign_in_again(browser, sent)
                tried.add(action)
                secret |= {(action, name) for name in secrets}
                lost += [(path, name) for name, text in words.items() if text not in page]
                shown += [(path, name) for name, text in secrets.items() if text in kept or text in page]
                browser.fakes.kept_forms.forms.clear()
    assert (lost, shown) == ([], [])
    assert len(tried) >= 8
    assert {name for _, name in secret} >= {"credential", "code", "password"}, "no secret was sent"


def test_the_mark_of_an_owner_is_bound_to_the_form_and_says_nothing() -> None:
    field = OWNERS.field(ADA, "you")
    assert OWNERS.read_field(field, "you") == OWNERS.mark(ADA)
    assert OWNERS.read_field(field, "motion-write") == ""
    assert OWNERS.read_field(field.upper(), "you") == ""
    assert ADA.replace("-", "") not in field
    assert FormOwners(b"other").read_field(field, "you") == ""


def test_the_forms_own_fields_and_its_secrets_are_not_kept() -> None:
    form = Form({"form_token": "t", "request_id": "r", "form_owner": "o", "password": PASSWORD, "why": "x"})
    assert kept_forms.fields_to_keep(form, ("password",)) == {"why": "x"}


def test_who_is_asked_to_sign_in_again_stays_signed_in_and_loses_no_text(browser: ScriptlessBrowser) -> None:
    browser.open("/you")
    browser.fakes.membership.refusals["Apply"] = NotSignedIn("SIGN_IN_AGAIN")
    assert browser.submit("/you", member_class="user", why="I live here now.") == (303, "/sign-in?again=1&next=/you&kept=1")
    assert browser.fakes.sessions.sessions, "the session goes on"
    assert "Please sign in once more." in browser.open("/sign-in?again=1&next=/you&kept=1")
    del browser.fakes.membership.refusals["Apply"]
    assert browser.submit("/sign-in/code", code=CODE)[0] == 303
    assert "I live here now." in browser.open("/you")
