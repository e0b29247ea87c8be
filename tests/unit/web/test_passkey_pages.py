"""The pages with passkeys, without scripts and as the script uses them."""

import re
from datetime import timedelta

import pytest

from kith.identity.v1 import passkeys_pb2 as pb
from libs.refusals import AlreadyExists, NotFound, NotSignedIn, TooMany
from services.web.storage.news import NewsItem
from tests.unit.web.fake_people import NOW
from tests.unit.web.fake_services import PASSKEY, PASSKEY_ANSWER, FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

UNNAMED = PASSKEY[:-1] + "2"


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


def forms_of_the_script(page: str) -> list[str]:
    return re.findall(r"<form[^>]* data-passkey=[^>]*>", page)


def test_without_scripts_nothing_of_a_passkey_can_be_seen_where_people_sign_in(fakes: FakeServices) -> None:
    page = ScriptlessBrowser(fakes).open("/sign-in")
    (form,) = forms_of_the_script(page)
    assert form.endswith(" hidden>")
    visible = re.sub(r"<form[^>]* hidden>.*?</form>", "", page, flags=re.DOTALL)
    assert "passkey" not in re.sub(r"<script.*?</script>", "", visible)
    assert not fakes.passkeys.requests, "a page that is only opened asks for no challenge"


def test_somebody_signs_in_with_a_passkey(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in?next=/motions")
    code, options = browser.submit("/sign-in/passkey")[0], ""
    assert code == 422, "without an answer"
    browser.open("/sign-in?next=/motions")
    hidden = browser.page
    browser.page = hidden.replace('action="/sign-in/passkey"', 'action="/sign-in/passkey/begin"')
    code, options = browser.submit("/sign-in/passkey/begin")
    assert (code, options) == (200, '{"challenge": "AAAA"}')
    browser.page = hidden
    assert browser.submit("/sign-in/passkey", credential=PASSKEY_ANSWER) == (303, "/motions")
    assert "Ways to sign in" in browser.open("/you")
    begun, finished = fakes.passkeys.requests[-2:]
    assert isinstance(begun, pb.BeginPasskeySignInRequest)
    assert isinstance(finished, pb.FinishPasskeySignInRequest)
    assert begun.browser == finished.browser != ""


def test_a_passkey_that_is_refused_leaves_every_other_way(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in?next=/motions")
    code, page = browser.submit("/sign-in/passkey", credential="{}")
    assert (code, "could not sign you in with that passkey" in page, 'name="next" value="/motions"' in page) == (422, True, True)
    fakes.passkeys.refusals["FinishPasskeySignIn"] = TooMany("PASSKEYS_TOO_OFTEN", seconds="17")
    code, page = browser.submit("/sign-in/passkey", credential="{}")
    assert (code, "Wait 17 seconds" in page) == (429, True)


def test_nothing_is_begun_for_a_form_of_another_site(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes)
    browser.open("/sign-in")
    for path in ("/sign-in/passkey/begin", "/sign-in/passkey"):
        assert browser.http.post(path, data={}, headers={"origin": "https://evil.example"}).status_code == 403
        assert browser.http.post(path, data={}, headers={"origin": fakes.public_url}).status_code == 400
    assert not fakes.passkeys.requests


def test_a_person_sees_names_and_removes_passkeys(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    page = browser.open("/you/sign-in")
    assert [words in page for words in ("My phone", "Passkey of 24 November 2026", "Not used yet", "Your other devices")] == [True] * 4
    assert "This browser cannot add a passkey here" in page
    code, page = browser.submit("/you/sign-in/add", credential="{}")
    assert (code, "does not fit" in page) == (422, True)
    assert browser.submit("/you/sign-in/add", credential=PASSKEY_ANSWER) == (303, f"/you/sign-in/{PASSKEY}?done=added")
    assert 'value=""' in browser.open(f"/you/sign-in/{PASSKEY}?done=added")
    assert 'value="My phone"' in browser.open(f"/you/sign-in/{PASSKEY}")
    assert browser.submit(f"/you/sign-in/{PASSKEY}", name="Old phone") == (303, "/you/sign-in?done=renamed")
    browser.open(f"/you/sign-in/{PASSKEY}")
    assert browser.submit(f"/you/sign-in/{PASSKEY}/remove") == (303, "/you/sign-in?done=removed")
    browser.open(f"/you/sign-in/{UNNAMED}")
    fakes.passkeys.refusals["RemovePasskey"] = NotFound("PASSKEY_UNKNOWN")
    assert browser.submit(f"/you/sign-in/{UNNAMED}/remove") == (303, "/you/sign-in"), "removed in another window"
    assert browser.http.get("/you/sign-in/01a223ee-0000-7000-8000-00000000dead").status_code == 404


def test_who_signed_in_long_ago_signs_in_again_before_a_passkey_is_begun(fakes: FakeServices) -> None:
    browser = ScriptlessBrowser(fakes).sign_in()
    hidden = browser.open("/you/sign-in")
    fakes.passkeys.refusals["BeginPasskeyRegistration"] = NotSignedIn("SIGN_IN_AGAIN")
    browser.page = hidden.replace('action="/you/sign-in/add"', 'action="/you/sign-in/begin"')
    assert browser.submit("/you/sign-in/begin") == (303, "/sign-in?again=1&next=/you/sign-in&kept=1")
    fakes.passkeys.refusals["FinishPasskeyRegistration"] = AlreadyExists("PASSKEY_KNOWN")
    browser.open("/you/sign-in")
    code, page = browser.submit("/you/sign-in/add", credential=PASSKEY_ANSWER)
    assert (code, "This device has a passkey for you already" in page) == (422, True)


def test_news_leads_to_the_ways_to_sign_in(fakes: FakeServices) -> None:
    kinds = ("passkey_added", "passkey_removed", "passkey_copy")
    fakes.news.happened = [NewsItem(kind, "", "", NOW - timedelta(hours=1)) for kind in kinds]
    page = ScriptlessBrowser(fakes).sign_in().open("/news")
    assert page.count('href="/you/sign-in"') == 3
    assert "We did not let them in" in page
