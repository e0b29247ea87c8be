"""Other co-ops on the pages: invited, checked by phone, decided on, paused, parted."""

from collections.abc import Iterator

import pytest

from kith.federation.v1 import federation_pb2 as fed
from kith.identity.v1 import identity_pb2 as ident
from libs.refusals import invalid
from services.web.storage.news import NewsItem
from tests.unit.web.fake_people import JO, NOW
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_vote_services import HARBOUR, INVITATION, MILL, WATCH
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


def test_every_member_sees_who_the_others_are_and_whether_they_can_be_reached(fakes: FakeServices) -> None:
    fakes.identity.hats = ()
    page = ScriptlessBrowser(fakes).sign_in().open("/co-ops")
    assert "Harbour Care Co-op" in page
    assert "We work together" in page
    assert "Not checked yet" in page
    assert "We have heard nothing since Sunday 22 November, 9:05 in the morning." in page
    assert "/co-ops/invite" not in page


def test_the_invitation_is_there_to_copy_and_as_a_file(browser: ScriptlessBrowser) -> None:
    page = browser.open("/co-ops/invite")
    assert INVITATION.replace('"', "&#34;") in page
    assert page.count("<li><h2>") == 3
    file = browser.http.get("/co-ops/invite/file")
    assert file.text == INVITATION
    assert "attachment" in file.headers["content-disposition"]


def test_an_invitation_is_pasted(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/co-ops/accept")
    assert browser.submit("/co-ops/accept")[0] == 422
    assert browser.submit("/co-ops/accept", invitation=INVITATION) == (303, f"/co-ops/{MILL}")
    assert [request.invitation for request in fakes.federation.requests if isinstance(request, fed.AcceptPeerRequest)] == [INVITATION]


def test_an_invitation_comes_as_a_file_too(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/co-ops/accept")
    sent = browser.submit_fields("/co-ops/accept", {"invitation": ""}, {"file": ("theirs.txt", INVITATION.encode())})
    assert sent == (303, f"/co-ops/{MILL}")
    assert [request.invitation for request in fakes.federation.requests if isinstance(request, fed.AcceptPeerRequest)] == [INVITATION]


def test_a_file_that_is_no_text_is_refused_in_words(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/co-ops/accept")
    code, page = browser.submit_fields("/co-ops/accept", {}, {"file": ("theirs.txt", b"\xff\xfe\x00")})
    assert (code, "We could not read the form" in page) == (400, True)
    assert not any(isinstance(request, fed.AcceptPeerRequest) for request in fakes.federation.requests)


def test_a_refused_invitation_is_shown_again_with_what_is_wrong(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/co-ops/accept")
    fakes.federation.refusals["AcceptPeer"] = invalid("invitation", "BODY_TOO_BIG")
    code, page = browser.submit("/co-ops/accept", invitation="nonsense")
    assert code == 422
    assert 'href="#invitation"' in page
    assert "nonsense</textarea>" in page


def test_the_code_is_shown_to_be_read_out_and_the_decision_is_named(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open(f"/co-ops/{MILL}")
    assert "4F2K-9XQD-7MTR" in page
    assert "No. 2: Shall we open on Sundays?" in page
    code, page = browser.submit(f"/co-ops/{MILL}/confirm", code="", decision="2", contact="")
    assert (code, page.count('<li><a href="#')) == (422, 2)
    sent = browser.submit(f"/co-ops/{MILL}/confirm", code="4f2k 9xqd 7mtr", decision="2", contact="The secretary, 01632 960 001")
    assert sent == (303, f"/co-ops/{MILL}")
    requests = [request for request in fakes.federation.requests if isinstance(request, fed.ConfirmPeerRequest)]
    assert [(one.peer, one.code, one.decision_number) for one in requests] == [(MILL, "4f2k 9xqd 7mtr", 2)]


def test_a_decision_that_did_not_pass_cannot_be_named(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/co-ops/{MILL}")
    assert "second minibus" not in page
    assert browser.submit(f"/co-ops/{MILL}/confirm", code="x", decision="3", contact="The office")[0] == 422


def test_a_member_sees_the_code_and_no_form(fakes: FakeServices) -> None:
    fakes.identity.hats = ()
    page = ScriptlessBrowser(fakes).sign_in().open(f"/co-ops/{MILL}")
    assert "4F2K-9XQD-7MTR" in page
    assert "/confirm" not in page


def test_the_log_and_the_exact_agreement_stand_on_the_page(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/co-ops/{HARBOUR}")
    assert "Decision named, by them" in page
    assert "&#34;elm-row&#34;" in page
    assert "a2a2 a2a2" in page


@pytest.mark.parametrize("deed", ["suspend", "resume", "sever"])
def test_what_ends_or_pauses_a_peering_names_a_decision_and_is_checked_first(
    browser: ScriptlessBrowser, fakes: FakeServices, deed: str
) -> None:
    path = f"/co-ops/{HARBOUR}/{deed}"
    assert 'method="post" action="/co-ops' not in browser.open(path)
    assert browser.http.get(f"{path}?decision=99").status_code == 422
    browser.open(f"{path}?decision=2")
    assert browser.submit(path) == (303, f"/co-ops/{HARBOUR}")
    wanted = (fed.SuspendPeerRequest, fed.ResumePeerRequest, fed.SeverPeerRequest)
    requests = [
        request
        for request in fakes.federation.requests
        if isinstance(request, wanted) and type(request).__name__ == f"{deed.title()}PeerRequest"
    ]
    assert [(one.peer, one.decision_number) for one in requests] == [(HARBOUR, 2)]


def test_news_of_a_co_op_that_is_silent_leads_to_its_page(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.news.happened = [NewsItem("peer_unreachable", WATCH, "", NOW), NewsItem("peer_paired", "gone", "", NOW)]
    page = browser.open("/news")
    assert "Bridge Street Watchers was not to be reached for a day." in page
    assert page.count('class="card"') == 1


def test_the_secretary_gives_and_takes_back_a_hat(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open(f"/members/{JO}")
    assert "Take back the hat: Secretary" in page
    assert browser.submit(f"/members/{JO}/hats", give="scrutineer") == (303, f"/members/{JO}")
    browser.open(f"/members/{JO}")
    assert browser.submit(f"/members/{JO}/hats", take="secretary") == (303, f"/members/{JO}")
    browser.open(f"/members/{JO}")
    assert browser.submit(f"/members/{JO}/hats", give="operator")[0] == 400
    given = [(request.person_id, request.hat) for request in fakes.identity.requests if isinstance(request, ident.GiveHatRequest)]
    assert given == [(JO, "scrutineer")]


def test_the_hat_of_the_link_is_given_where_the_rulebook_has_it(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "Give the hat: Link" not in browser.open(f"/members/{JO}")
    assert browser.submit(f"/members/{JO}/hats", give="link")[0] == 400
    fakes.governance.link_hat = "link"
    assert "Give the hat: Link" in browser.open(f"/members/{JO}")
    assert browser.submit(f"/members/{JO}/hats", give="link") == (303, f"/members/{JO}")
    given = [(request.person_id, request.hat) for request in fakes.identity.requests if isinstance(request, ident.GiveHatRequest)]
    assert given == [(JO, "link")]
    browser.open("/people/pairs")
    claimed = [request.hat for request in fakes.identity.requests if isinstance(request, ident.RenewTokenRequest)]
    assert claimed[-1] == "link", "the Link's list is opened with the hat that the rulebook names"
