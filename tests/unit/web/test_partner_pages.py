"""The pages of partners: for secretaries, for who speaks for a partner, and for whom a referral is about."""

import pytest

from kith.identity.v1 import identity_pb2 as identity
from kith.matching.v1 import partners_pb2 as pb
from kith.matching.v1 import referrals_pb2 as refs
from libs.refusals import NotAllowed, NotFound, invalid
from tests.unit.web.fake_partners import ABOUT_ADA, AGREEMENT, ASKED, CHURCH, NEW
from tests.unit.web.fake_people import ADA, JO, NAMES
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.scriptless_browser import ScriptlessBrowser

OFFICE, OWN = f"/partners/{CHURCH}", f"/partner/{CHURCH}"
READS = (
    pb.ListPartnersRequest, pb.GetPartnerRequest, pb.ListPartnerEntriesRequest, refs.GetReferralRequest, refs.ListReferralsRequest,
)  # fmt: skip


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    """Ada, who is a secretary and speaks for St Example's."""
    return ScriptlessBrowser(fakes).sign_in()


def sent(fakes: FakeServices) -> list[object]:
    return [one for one in (*fakes.partners.requests, *fakes.referrals.requests) if not isinstance(one, READS)]


@pytest.mark.capability("T10")
def test_a_secretary_sees_partners_and_what_waits_and_writes_one_down(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open("/partners")
    for words in ("St Example&#39;s", "Elm Row Surgery", "No longer a partner", "Mr Moss", "It is late. An answer was due by"):
        assert words in page, words
    browser.open("/partners/new")
    fakes.partners.refusals["WritePartner"] = invalid("title", "PARTNER_TITLE_MISSING")
    status, page = browser.submit_fields("/partners/new", {"title": "", "kind": "faith"})
    assert (status, 'id="title-error"' in page) == (422, True)
    del fakes.partners.refusals["WritePartner"]
    assert browser.submit_fields("/partners/new", {"title": "St Example's", "kind": "faith"}) == (303, f"{OFFICE}?done=written")
    browser.open(f"{OFFICE}/name")
    assert browser.submit_fields(f"{OFFICE}/name", {"title": "St Example"}) == (303, f"{OFFICE}?done=written")
    first, corrected = [one for one in sent(fakes) if isinstance(one, pb.WritePartnerRequest)][1:]
    assert (first.partner_id, first.title, first.kind) == ("", "St Example's", pb.PARTNER_KIND_FAITH)
    assert (corrected.partner_id, corrected.title) == (CHURCH, "St Example")
    browser.open(f"{OFFICE}/end")
    assert browser.submit(f"{OFFICE}/end") == (303, "/partners?done=ended")
    fakes.identity.hats = ()
    other = ScriptlessBrowser(fakes).sign_in()
    assert other.http.get("/partners").status_code == 403


@pytest.mark.capability("T10")
def test_somebody_known_or_new_speaks_for_a_partner(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open(f"{OFFICE}/person?q=jo")
    assert browser.submit(f"{OFFICE}/person", who=JO) == (303, f"{OFFICE}?done=place")
    browser.open(f"{OFFICE}/person")
    status, page = browser.submit_fields(f"{OFFICE}/person", {})
    assert status == 422
    assert "write down somebody new" in page
    status, _ = browser.submit_fields(f"{OFFICE}/person", {"full_name": "Ash Example"})
    assert status == 303
    [registered] = [one for one in fakes.identity.requests if isinstance(one, identity.RegisterPersonsRequest)]
    assert registered.persons[0].full_name == "Ash Example"
    given = [one for one in sent(fakes) if isinstance(one, pb.GivePartnerPlaceRequest)]
    assert [one.partner_id for one in given] == [CHURCH, CHURCH]
    assert given[0].person_id == JO
    browser.open(OFFICE)
    assert browser.submit(OFFICE, do="place_ended", person=JO) == (303, f"{OFFICE}?done=place_ended")
    browser.open(f"{OWN}/leave")
    assert browser.submit(f"{OWN}/leave") == (303, "/partner?done=left")
    ended = [one for one in sent(fakes) if isinstance(one, pb.EndPartnerPlaceRequest)]
    assert [one.person_id for one in ended] == [JO, ADA]


@pytest.mark.capability("T10")
@pytest.mark.parametrize("path", [OFFICE, OWN])
def test_both_sides_agree_on_a_room_and_a_time(fakes: FakeServices, browser: ScriptlessBrowser, path: str) -> None:
    page = browser.open(path)
    for words in (
        "The hall, for tea",
        "Tuesdays, 2 to 4",
        "Waits for you",
        "Time to look at it again",
        "Jo Bright speaks for it",
    ):
        assert words in page, words
    assert ("Who speaks for it" in page) is (path == OFFICE)
    assert browser.submit(path, do="signed") == (303, f"{path}?done=signed")
    browser.open(path)
    assert browser.submit(path, do="ended") == (303, f"{path}?done=ended")
    browser.open(f"{path}/space")
    typed = {
        "given_by": "partner", "space": "The hall", "times": "Tuesdays", "from_day-day": "1", "from_day-month": "12",
        "from_day-year": "2026", "review_day-day": "1", "review_day-month": "6", "review_day-year": "2027",
    }  # fmt: skip
    assert browser.submit_fields(f"{path}/space", typed) == (303, f"{path}?done=proposed")
    signed, ended, proposed = sent(fakes)
    assert isinstance(signed, pb.SignAgreementRequest)
    assert isinstance(ended, pb.EndAgreementRequest)
    assert isinstance(proposed, pb.ProposeAgreementRequest)
    assert {signed.agreement_id, ended.agreement_id} == {AGREEMENT}
    assert proposed.terms == pb.SpaceTerms(
        given_by=pb.PARTNER_SIDE_PARTNER, space="The hall", times="Tuesdays", from_day="2026-12-01", review_day="2027-06-01"
    )


@pytest.mark.capability("T10")
def test_a_partner_refers_somebody_who_agreed(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open(f"{OWN}/refer")
    typed = {"who": "Mr Moss", "reach": "Elm Row 3", "words": "Company", "agreed_how": "At church", "agreed_on-pick": "2026-11-24"}
    fakes.referrals.refusals["ReferIn"] = invalid("agreed_how", "REFERRAL_AGREED_MISSING")
    status, page = browser.submit_fields(f"{OWN}/refer", typed | {"agreed_how": ""})
    assert status == 422
    assert "Ask them first" in page
    del fakes.referrals.refusals["ReferIn"]
    assert browser.submit_fields(f"{OWN}/refer", typed) == (303, f"{OWN}?done=referred")
    referred = sent(fakes)[-1]
    assert isinstance(referred, refs.ReferInRequest)
    assert (referred.who, referred.agreed_how, referred.agreed_on) == ("Mr Moss", "At church", "2026-11-24")
    page = browser.open(f"/referrals/{ASKED}")
    assert "Somebody asks St Example&#39;s" in page
    assert browser.submit(f"/referrals/{ASKED}", do="accepted") == (303, f"/referrals/{ASKED}?done=accepted")
    fakes.referrals.steps = [refs.REFERRAL_STEP_WITHDRAW, refs.REFERRAL_STEP_CLOSE]
    page = browser.open(f"/referrals/{ASKED}")
    browser.open(f"/referrals/{ASKED}/withdraw")
    assert browser.submit(f"/referrals/{ASKED}/withdraw") == (303, f"/referrals/{ASKED}?done=withdrawn")
    browser.open(f"/referrals/{ASKED}/close")
    assert browser.submit(f"/referrals/{ASKED}/close", outcome="nothing") == (303, f"/referrals/{ASKED}?done=closed")
    closed = sent(fakes)[-1]
    assert isinstance(closed, refs.CloseReferralRequest)
    assert closed.outcome == refs.REFERRAL_OUTCOME_NOTHING


@pytest.mark.capability("T10")
def test_a_secretary_says_who_it_is_and_answers(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/partners/referrals/{NEW}"
    page = browser.open(path)
    assert "Say who it is" in page
    assert "Take it on" not in page, "not before the person can see it"
    browser.open(f"{path}/person?q=jo")
    assert browser.submit(f"{path}/person", who=JO) == (303, f"{path}?done=put")
    browser.open(f"{path}/decline")
    assert browser.submit(f"{path}/decline", reason="We have no room.") == (303, f"{path}?done=declined")
    put, declined = sent(fakes)
    assert isinstance(put, refs.PutReferralRequest)
    assert isinstance(declined, refs.AnswerReferralRequest)
    assert (put.person_id, declined.accepted, declined.reason) == (JO, False, "We have no room.")
    fakes.referrals.steps = [refs.REFERRAL_STEP_ACCEPT]
    browser.open(path)
    fakes.referrals.refusals["AnswerReferral"] = NotAllowed("BOTH_SIDES")
    status, page = browser.submit_fields(path, {"do": "accepted"})
    assert (status, "Somebody else must answer." in page) == (403, True)


@pytest.mark.capability("T10")
def test_a_person_sees_all_about_them_says_no_and_what_the_partner_hears(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    assert f"/referrals/{ABOUT_ADA}" in browser.open("/referrals")
    path = f"/referrals/{ABOUT_ADA}"
    page = browser.open(path)
    for words in (
        "He said so after church.",
        "We had no room.",
        "They sing on Tuesdays.",
        "They get what they need",
        NAMES[JO][0],
        "Not told here",
    ):
        assert words in page, words
    assert "hears only if we took it on" in page
    assert browser.submit(path, do="more") == (303, f"{path}?done=more")
    fakes.referrals.tells = True
    browser.open(path)
    assert browser.submit(path, do="less") == (303, f"{path}?done=less")
    browser.open(f"{path}/no")
    assert browser.submit(f"{path}/no") == (303, f"{path}?done=refused")
    more, less, refused = sent(fakes)
    assert isinstance(more, refs.SetReferralTellingRequest)
    assert isinstance(less, refs.SetReferralTellingRequest)
    assert (more.outcome, less.outcome, type(refused)) == (True, False, refs.RefuseReferralRequest)
    fakes.referrals.refusals["GetReferral"] = NotFound("REFERRAL_UNKNOWN")
    answer = browser.http.get(f"/referrals/{NEW}")
    assert (answer.status_code, "It is not there, or it is not yours to see." in answer.text) == (404, True)


@pytest.mark.capability("T10")
def test_a_person_asks_a_partner_that_goes_on(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    page = browser.open("/referrals/new")
    assert "Elm Row Surgery" not in page, "the co-op works with it no more"
    assert f'value="{NAMES[ADA][0]}"' in page
    status, _ = browser.submit_fields("/referrals/new", {"words": "I would like to sing."})
    assert status == 422
    typed = {"partner_id": CHURCH, "who": "Ada", "reach": "01632 960001", "words": "I would like to sing."}
    assert browser.submit_fields("/referrals/new", typed) == (303, "/referrals?done=sent")
    asked = sent(fakes)[-1]
    assert isinstance(asked, refs.ReferOutRequest)
    assert (asked.person_id, asked.partner_id, asked.who) == (ADA, CHURCH, "Ada")
