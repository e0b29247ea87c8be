"""People somebody gets to know, and teams, on pages."""

import pytest

from kith.identity.v1 import relationships_pb2 as relationships
from kith.matching.v1 import introductions_pb2 as intro
from kith.matching.v1 import teams_pb2 as team
from libs.refusals import NotAllowed
from tests.unit.web.fake_people import ADA, JO, MO, FakeService
from tests.unit.web.fake_services import FakeServices
from tests.unit.web.fake_teams import JOS_TEAM, MOS_TEAM, OWN_TEAM
from tests.unit.web.scriptless_browser import ScriptlessBrowser
from tests.unit.web.visible_text import visible_text

PAIR = {"person": ADA, "worker": JO}


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> ScriptlessBrowser:
    return ScriptlessBrowser(fakes).sign_in()


def last(service: FakeService) -> object:
    return service.requests[-1]


@pytest.mark.parametrize(
    ("step", "word", "button", "done"),
    [
        (intro.INTRODUCTION_STEP_INTEREST, "interest", "Yes, I would like to meet", "yes"),
        (intro.INTRODUCTION_STEP_MEETING, "meeting", "Yes, I would like to try it", "yes"),
        (intro.INTRODUCTION_STEP_TRIAL, "trial", "Yes, have them in my team", "joined"),
    ],
)
def test_a_yes_is_sent_with_the_step_that_the_page_showed(
    fakes: FakeServices, browser: ScriptlessBrowser, step: intro.IntroductionStep.ValueType, word: str, button: str, done: str
) -> None:
    fakes.introductions.step = step
    page = browser.open("/people")
    assert button in page
    assert f'name="step" value="{word}"' in page
    assert browser.submit("/people", **PAIR, step=word, do="yes") == (303, f"/people?done={done}")
    sent = last(fakes.introductions)
    assert isinstance(sent, intro.SayYesRequest)
    assert (sent.pair.person_id, sent.pair.worker_id, sent.step) == (ADA, JO, step)


def test_a_no_a_never_again_and_a_change_of_mind_are_sent(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/people")
    for did, block in (("no", False), ("block", True)):
        assert browser.submit("/people", **PAIR, do=did) == (303, f"/people?done={did}")
        sent = last(fakes.introductions)
        assert isinstance(sent, intro.SayNoRequest)
        assert sent.block is block
    assert browser.submit("/people", **PAIR, do="lift") == (303, "/people?done=lift")
    assert isinstance(last(fakes.introductions), intro.LiftNoRequest)


def test_whom_somebody_said_no_to_is_shown_under_not_now_alone(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    """The introduction itself goes on until its day, so that the other side notices nothing."""
    shown = visible_text(browser.open("/people"))
    assert (shown.count("Jo Bright"), shown.count("Mo Stone")) == (2, 2), "once for each side"
    assert shown.index("Not now") < shown.index("Mo Stone")
    assert "Never again" in shown
    fakes.introductions.no_kind = intro.NO_KIND_BLOCK
    assert "Never again" not in visible_text(browser.open("/people"))


def test_who_acts_for_somebody_sees_the_people_who_could_support_them_alone(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.identity.may_act_for = (JO,)
    fakes.relationships.acts_for = {JO: [relationships.ACTING_SCOPE_TEAM]}
    browser.open("/help")
    browser.submit("/acting/begin", person=JO)
    shown = visible_text(browser.open("/people"))
    assert "People who could support you" in shown
    assert "People you could support" not in shown
    sent = last(fakes.introductions)
    assert isinstance(sent, intro.GetIntroductionsRequest)
    assert (sent.person_id, sent.giving) == (JO, False)
    assert "Ask somebody to be in your team" not in browser.open("/team")


def test_a_team_says_who_is_in_it_with_hats_until_their_last_day(browser: ScriptlessBrowser) -> None:
    shown = visible_text(browser.open("/team"))
    for said in ("Jo Bright", "Friend", "Plans who comes when", "Ring the bell twice.", "We come on time."):
        assert said in shown
    assert any("31 January 2027" in text for text in shown)
    assert "Looks after the medicines" not in shown


@pytest.mark.parametrize("did", ["joined", "declined"])
def test_an_invitation_is_answered(fakes: FakeServices, browser: ScriptlessBrowser, did: str) -> None:
    browser.open("/team")
    assert browser.submit("/team", team=MOS_TEAM, do=did) == (303, f"/team?done={did}")
    sent = last(fakes.teams)
    assert isinstance(sent, team.AnswerTeamInvitationRequest)
    assert (sent.team_id, sent.accepted) == (MOS_TEAM, did == "joined")


def test_leaving_and_ending_a_place_are_confirmed(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    for path, who, done in ((f"/team/{JOS_TEAM}/leave", ADA, "left"), (f"/team/{OWN_TEAM}/members/{JO}/end", JO, "ended")):
        assert path in browser.open("/team")
        browser.open(path)
        assert browser.submit(path) == (303, f"/team?done={done}")
        sent = last(fakes.teams)
        assert isinstance(sent, team.EndTeamMembershipRequest)
        assert sent.person_id == who


def test_a_member_is_found_by_name_and_invited(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    browser.open("/team/invite?q=mo")
    assert browser.submit("/team/invite", who="", kind="")[0] == 422
    browser.open("/team/invite?q=mo")
    assert browser.submit("/team/invite", who=MO, kind="peer") == (303, "/team?done=invited")
    sent = last(fakes.teams)
    assert isinstance(sent, team.InviteToTeamRequest)
    assert (sent.owner_id, sent.person_id, sent.kind) == (ADA, MO, team.TEAM_MEMBER_KIND_PEER)


def test_who_is_no_member_is_told_why_no_name_is_found(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    fakes.records.refusals["SearchMembers"] = NotAllowed("NAMES_FOR_MEMBERS")
    assert "Only members can look for the names of members." in browser.open("/team/invite?q=mo")
    fakes.records.refusals["SearchMembers"] = NotAllowed("SESSION_ENDED")
    assert browser.http.get("/team/invite?q=mo").status_code == 403


def test_a_hat_is_offered_accepted_and_handed_back(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/team/{OWN_TEAM}/members/{JO}/hat"
    browser.open(path)
    day = {"until_day-day": "31", "until_day-month": "1", "until_day-year": "2027"}
    assert browser.submit_fields(path, {"hat": "check_in", **day}) == (303, "/team?done=offered")
    offered = last(fakes.teams)
    assert isinstance(offered, team.OfferTeamHatRequest)
    assert (offered.person_id, offered.hat, offered.until_day) == (JO, team.TEAM_HAT_CHECK_IN, "2027-01-31")
    browser.open("/team")
    assert browser.submit("/team", team=JOS_TEAM, do="chat_holder") == (303, "/team?done=accepted")
    assert isinstance(last(fakes.teams), team.AcceptTeamHatRequest)
    path = f"/team/{JOS_TEAM}/hand-back/rota_holder"
    browser.open(path)
    assert browser.submit(path, handover="Two keys.") == (303, "/team?done=handed_back")
    ended = last(fakes.teams)
    assert isinstance(ended, team.EndTeamHatRequest)
    assert (ended.hat, ended.handover) == (team.TEAM_HAT_ROTA_HOLDER, "Two keys.")


def test_the_agreement_is_written_over_the_version_that_was_shown(fakes: FakeServices, browser: ScriptlessBrowser) -> None:
    path = f"/team/{OWN_TEAM}/agreement"
    assert "We come on time." in browser.open(path)
    assert browser.submit(path, agreement="We ring first.") == (303, "/team?done=agreed")
    sent = last(fakes.teams)
    assert isinstance(sent, team.SetTeamAgreementRequest)
    assert (sent.agreement, sent.version) == ("We ring first.", 3)
