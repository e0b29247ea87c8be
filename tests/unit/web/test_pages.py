"""The pages as a browser sees them, with fake services behind them."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kith.governance.v1 import governance_pb2 as gov
from kith.identity.v1 import identity_pb2 as ident
from kith.membership.v1 import membership_pb2 as memb
from libs.clock import FixedClock, ShiftedClock
from libs.refusals import Conflict, FailedPrecondition, NotAllowed, NotFound, NotSignedIn, Unavailable, invalid
from services.web.http.kept_forms import FormOwners
from services.web.http.sessions import IdentitySession
from services.web.routes import PAGES
from tests.unit.web import fake_teams, fake_visits
from tests.unit.web.fake_people import ADA, JO, NOW, to_timestamp
from tests.unit.web.fake_services import (
    ANNOUNCED_MOTION,
    CAPPED_MOTION,
    CLAIMED_PAPER,
    CODE,
    FORMS_KEY,
    OPEN_MOTION,
    OTHERS_ENTRY,
    OWN_ENTRY,
    PASSKEY,
    STOP_TOKEN,
    FakeServices,
)
from tests.unit.web.fake_vote_services import DONE_VOTE, HARBOUR, OPEN_VOTE, RECORD
from tests.unit.web.html_tables import row_cells
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

    browser.open("/")
    browser.open("/motions")
    assert renewed() == 1
    assert isinstance(fakes.clock, FixedClock)
    fakes.clock.at = NOW + timedelta(minutes=4, seconds=1)
    browser.open("/")
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


@pytest.mark.capability("I5")
def test_a_member_votes_checks_and_gets_a_receipt_that_says_it_is_not_secret(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "Should we share one night team" in browser.open("/")
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    assert browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for") == (303, f"/motions/{OPEN_MOTION}/check")
    assert "Your answer</dt><dd>Yes" in browser.open(f"/motions/{OPEN_MOTION}/check")
    assert not any(isinstance(request, gov.CastBallotRequest) for request in fakes.governance.requests)
    assert browser.submit(f"/motions/{OPEN_MOTION}/check") == (303, f"/motions/{OPEN_MOTION}/receipt")
    receipt = browser.open(f"/motions/{OPEN_MOTION}/receipt")
    assert "not secret from your own co-op" in receipt
    assert "You said: <strong>Yes</strong>" in receipt
    assert fakes.governance.ballot is not None
    assert fakes.governance.ballot.choice == "for"


def test_changing_ones_vote_sends_the_revision_that_was_shown(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    for choice in ("for", "against"):
        browser.open(f"/motions/{OPEN_MOTION}/vote")
        browser.submit(f"/motions/{OPEN_MOTION}/vote", choice=choice)
        browser.open(f"/motions/{OPEN_MOTION}/check")
        browser.submit(f"/motions/{OPEN_MOTION}/check")
    assert fakes.governance.ballot is not None
    assert (fakes.governance.ballot.choice, fakes.governance.ballot.revision) == ("against", 2)


def test_pressing_twice_sends_the_same_request_id(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for")
    check = browser.open(f"/motions/{OPEN_MOTION}/check")
    browser.submit(f"/motions/{OPEN_MOTION}/check")
    browser.page = check
    browser.submit(f"/motions/{OPEN_MOTION}/check")
    ids = {request.request_id for request in fakes.governance.requests if isinstance(request, gov.CastBallotRequest)}
    assert len(ids) == 1


def test_a_stale_page_is_told_and_shows_the_answer_again_under_the_new_revision(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for")
    browser.open(f"/motions/{OPEN_MOTION}/check")
    fakes.governance.refusals["CastBallot"] = Conflict("BALLOT_STALE")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/check")
    assert code == 409
    assert "changed in another place" in page
    assert 'name="choice" value="for"' in page


def test_a_vote_after_the_close_is_refused_in_words(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="for")
    browser.open(f"/motions/{OPEN_MOTION}/check")
    fakes.governance.refusals["CastBallot"] = FailedPrecondition("BALLOT_CLOSED")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/check")
    assert code == 409
    assert "The vote is over." in page
    assert "BALLOT_CLOSED" not in page


def test_no_choice_is_pointed_out_with_a_link_to_the_first_answer(browser: ScriptlessBrowser) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/vote")
    assert code == 422
    assert "<title>Error: " in page
    assert 'href="#choice"' in page
    assert 'id="choice"' in page


def test_the_choice_never_appears_in_a_url(browser: ScriptlessBrowser) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/vote")
    _, where = browser.submit(f"/motions/{OPEN_MOTION}/vote", choice="against")
    assert "against" not in where


def test_who_has_no_vote_is_told_why(browser: ScriptlessBrowser) -> None:
    assert "You joined after the list of voters was fixed" in browser.open(f"/motions/{ANNOUNCED_MOTION}")
    assert browser.http.get(f"/motions/{ANNOUNCED_MOTION}/vote").headers["location"] == f"/motions/{ANNOUNCED_MOTION}"


@pytest.mark.capability("G1")
def test_a_result_says_the_same_as_sentence_drawing_and_table(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/motions/{CAPPED_MOTION}/result")
    assert "114 people voted. 73 said yes and 38 said no. 3 did not choose." in page
    assert "<strong>49 in every 100</strong>. More than half was needed." in page
    assert "<desc>Supported member: 25 yes, 10 no, 2 no choice." in page
    assert row_cells(page, "Supported member")[:2] == ["25", "10"]
    assert "It did not pass: too few said yes." in page


@pytest.mark.capability("G1")
def test_how_it_was_counted_shows_exact_fractions_that_can_be_counted_again(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/motions/{CAPPED_MOTION}/counted")
    for exact in ("7/48", "79/160", "553/16", "567/16"):
        assert f'<span class="fraction">{exact}</span>' in page
    assert "about 0.15" in page
    assert "or 34.56" in page or "about 34.56" in page


def test_the_paper_ballot_has_boxes_and_the_voters_name(browser: ScriptlessBrowser) -> None:
    page = browser.open(f"/motions/{OPEN_MOTION}/paper")
    assert page.count('class="box"') == 3
    assert "Ada Fenwick" in page


def test_a_paper_vote_is_found_by_member_number_and_waits_for_somebody_else(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open(f"/motions/{OPEN_MOTION}/record")
    code, page = browser.submit(f"/motions/{OPEN_MOTION}/record", member_number="99", choice="for", taken="paper")
    assert (code, "Nobody has this member number" in page) == (422, True)
    assert browser.submit(f"/motions/{OPEN_MOTION}/record", member_number="2", choice="for", taken="paper") == (
        303,
        "/paper-votes?done=recorded",
    )
    sent = [request for request in fakes.governance.requests if isinstance(request, gov.RecordBallotRequest)]
    assert [(one.person_id, one.choice) for one in sent] == [(JO, "for")]


def test_the_second_person_sees_no_choice_and_not_their_own_entries(browser: ScriptlessBrowser) -> None:
    page = browser.open("/paper-votes")
    assert f"/paper-votes/{OTHERS_ENTRY}" in page
    assert f"/paper-votes/{OWN_ENTRY}" not in page
    assert "checked" not in browser.open(f"/paper-votes/{OTHERS_ENTRY}")
    assert browser.submit(f"/paper-votes/{OTHERS_ENTRY}", choice="for") == (303, "/paper-votes?done=confirmed")


def test_a_motion_is_written_checked_and_put(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/motions/new")
    code, page = browser.submit("/motions/new", title="", text="", closes_on="2026-13-40")
    assert code == 422
    assert page.count('<li><a href="#') == 4
    written = {
        "title": "Shall we plant a tree?",
        "text": "A tree gives shade.",
        "resolution_type": "ordinary",
        "closes_on": "2026-12-20",
        "closes_time": "20:00",
    }
    assert browser.submit("/motions/new", **written) == (303, "/motions/new/check")
    assert "Sunday 20 December, 8:00 in the evening" in browser.open("/motions/new/check")
    assert browser.submit("/motions/new/check") == (303, f"/motions/{OPEN_MOTION}")
    sent = [request for request in fakes.governance.requests if isinstance(request, gov.OpenMotionRequest)]
    assert sent[0].closes_at.ToJsonString() == "2026-12-20T20:00:00Z"


def test_a_refused_motion_keeps_what_was_written_and_points_to_the_field(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/motions/new")
    browser.submit("/motions/new", title="A tree?", text="Shade.", resolution_type="ordinary", closes_on="2026-11-25", closes_time="20:00")
    browser.open("/motions/new/check")
    fakes.governance.refusals["OpenMotion"] = invalid("closes_at", "OPEN_TOO_SHORT", hours="72", earliest="2026-12-11T09:05:00+00:00")
    code, page = browser.submit("/motions/new/check")
    assert code == 422
    assert (
        'href="#closes_on">It must be open for 72 hours at least. It can end on Friday 11 December, 9:05 in the morning or later.' in page
    )
    assert 'value="A tree?"' in page


def test_the_letter_with_a_code_shows_it_once_in_groups_and_is_not_kept(browser: ScriptlessBrowser) -> None:
    browser.open(f"/members/{JO}")
    code, page = browser.submit(f"/members/{JO}/card")
    assert code == 200
    assert "7K3M 9QWD 2XTR 5HVA" in page
    assert "Dear Jo Bright," in page


def test_a_new_member_is_registered_and_admitted(browser: ScriptlessBrowser) -> None:
    browser.open("/members/new")
    assert browser.submit("/members/new", full_name="")[0] == 422
    entered = {"full_name": "Jo Bright", "member_class": "worker", "address": "9 Example Row"}
    assert browser.submit("/members/new", **entered) == (303, f"/members/{JO}")


def test_the_system_page_says_in_words_what_is_wrong(browser: ScriptlessBrowser) -> None:
    page = browser.open("/system")
    assert "Something needs a look" in page
    assert "It cannot reach the others. It keeps what it wants to tell them." in page
    assert "Does not answer" in page
    assert "It is 2 events behind identity." in page


def test_names_of_a_page_are_asked_for_in_one_call(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/members")
    assert sum(type(request).__name__ == "GetNamesRequest" for request in fakes.identity.requests) == 1


def test_home_tells_the_last_thing_about_each_motion_and_what_to_do_about_a_card_nobody_asked_for(
    browser: ScriptlessBrowser, fakes: FakeServices
) -> None:
    page = browser.open("/").partition("What has changed</h2>")[2]
    assert "A vote was recorded for you, from paper." in page
    assert f'href="/motions/{OPEN_MOTION}/receipt"' in page
    assert page.count("Should we share one night team") == 2, "heading and link: once recorded, it is not announced as well"
    assert f'href="/motions/{CAPPED_MOTION}/result"' in page
    assert "Did you not ask for it? Ring 01632 960 001." in page
    assert page.count('<div class="card') == 3


def test_home_does_not_announce_what_waits_for_a_vote_above(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.news.happened = fakes.news.happened[1:2]
    assert "Nothing has happened yet." in browser.open("/")


def test_all_news_is_paged_and_leaves_out_what_nobody_knows_any_more(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open("/news")
    assert "You can vote from Thursday 26 November, 9:05 in the morning" in page
    assert page.count('class="card"') == 6
    assert "Show more" not in page
    fakes.news.happened = [replace(fakes.news.happened[1], about=JO), *fakes.news.happened * 3]
    assert browser.open("/news").count('class="card"') == 9
    assert 'href="/news?page=10"' in browser.page
    assert browser.open("/news?page=10").count('class="card"') == 9


def test_a_receipt_says_how_the_vote_came_in(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.governance.ballot = gov.Ballot(
        motion_id=OPEN_MOTION, person_id=ADA, choice="for", revision=1, taken="paper", recorded_at=to_timestamp(NOW)
    )
    assert "A vote was recorded for you, from paper." in browser.open(f"/motions/{OPEN_MOTION}/receipt")


def test_everybody_can_see_what_they_are_here(browser: ScriptlessBrowser) -> None:
    assert '<a href="/you">You</a>' in browser.open("/")
    page = browser.open("/you")
    assert "Ada Fenwick" in page
    assert "Worker member" in page
    assert "Ask to join" not in page


def test_what_is_on_ones_own_page_is_in_groups_each_with_its_heading(browser: ScriptlessBrowser) -> None:
    page = browser.open("/you")
    groups = {heading: number for number, heading in re.findall(r'<h2 id="group-(\d)">([^<]+)</h2>', page)}
    assert list(groups) == ["About you", "Support", "Your say over your data", "News for you", "Signing in"]
    lists = dict(re.findall(r'<ul class="tasks" aria-labelledby="group-(\d)">(.*?)</ul>', page, re.DOTALL))
    assert re.findall(r'href="([^"]+)"', lists[groups["Signing in"]]) == ["/you/sign-in", "/you/password", "/you/recovery", "/you/sessions"]
    assert "/you/record" in re.findall(r'href="([^"]+)"', lists[groups["About you"]])
    assert sorted(lists) == sorted(groups.values())


@pytest.mark.parametrize(
    ("hats", "groups"),
    [
        ((), {}),
        (("operator",), {"Votes": ["/motions", "/votes"], "The co-op": ["/", "/system"]}),
        (("scrutineer",), {"Votes": ["/motions", "/votes"], "People": ["/second-looks"], "The co-op": ["/"]}),
        (
            ("secretary",),
            {
                "Votes": ["/motions", "/votes", "/paper-votes"],
                "People": ["/members", "/applications", "/qualifications", "/emergency-access"],
                "The co-op": ["/", "/notices", "/co-ops"],
            },
        ),
    ],
)
def test_the_places_of_a_hat_are_in_groups_and_say_where_one_is(
    fakes: FakeServices, hats: tuple[str, ...], groups: dict[str, list[str]]
) -> None:
    fakes.identity.hats = hats
    page = ScriptlessBrowser(fakes).sign_in().open("/motions")
    found = re.findall(r'<span class="group" id="(places-\d)">([^<]+)</span><ul aria-labelledby="\1">(.*?)</ul>', page, re.DOTALL)
    assert {heading: re.findall(r'href="([^"]+)"', links) for _, heading, links in found} == groups
    assert re.findall(r'href="([^"]+)" aria-current="page"', "".join(links for *_, links in found)) == (["/motions"] if groups else [])


def test_somebody_who_is_no_member_can_ask_to_join(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.membership.refusals["GetMember"] = NotFound("MEMBER_UNKNOWN")
    assert "You are not a member yet" in browser.open("/you")
    code, page = browser.submit("/you", why="To help.")
    assert (code, 'href="#member_class"' in page, "To help.</textarea>" in page) == (422, True, True)
    assert browser.submit("/you", member_class="worker", why="To help.") == (303, "/you?done=asked")
    assert "Ask to join" not in browser.open("/you?done=asked")
    assert [(request.member_class, request.why) for request in fakes.membership.requests if isinstance(request, memb.ApplyRequest)] == [
        ("worker", "To help.")
    ]


def test_a_password_is_set_as_typed_and_a_short_one_is_pointed_out(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    browser.open("/you/password")
    fakes.identity.refusals["SetPassword"] = invalid("password", "PASSWORD_TOO_SHORT")
    code, page = browser.submit("/you/password", password="short one")
    assert (code, 'href="#password"' in page, "short one" in page) == (422, True, False)
    fakes.identity.refusals.clear()
    assert browser.submit("/you/password", password=" four words in spaces ") == (303, "/you?done=password")
    assert [request.password for request in fakes.identity.requests if isinstance(request, ident.SetPasswordRequest)][
        -1
    ] == " four words in spaces "


def test_home_stays_up_when_governance_does_not_answer(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.governance.refusals["ListMotions"] = Unavailable("SERVICE_AWAY")
    assert "Nothing is lost" in browser.open("/")


def test_what_should_not_happen_gives_a_number_and_tells_nothing(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.governance.refusals["ListMotions"] = RuntimeError("a secret of Ada Fenwick")
    response = browser.http.get("/motions")
    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "secret" not in response.text
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7", response.text)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(NotAllowed("HAT_NEEDED"), 403), (FailedPrecondition("NOT_COUNTED_YET"), 409), (Unavailable("DATABASE_AWAY"), 503)],
)
def test_a_refusal_becomes_a_page_in_words_with_the_phone_number(
    browser: ScriptlessBrowser, fakes: FakeServices, refusal: Exception, code: int
) -> None:
    fakes.governance.refusals["GetResult"] = refusal
    response = browser.http.get(f"/motions/{CAPPED_MOTION}/result")
    assert response.status_code == code
    assert "01632 960 001" in response.text
    assert not re.search(r">[^<]*[A-Z]{3,}_[A-Z]", response.text)


@pytest.mark.parametrize("path", ["/nope", "/motions/not-an-id", "/static/nope.css"])
def test_an_unknown_address_gets_a_plain_page(browser: ScriptlessBrowser, path: str) -> None:
    response = browser.http.get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.text


def test_easy_read_and_bigger_text_are_kept_and_lead_back_to_the_page(browser: ScriptlessBrowser) -> None:
    browser.open(f"/motions/{OPEN_MOTION}")
    assert browser.submit("/comfort", easy="on") == (303, f"/motions/{OPEN_MOTION}")
    page = browser.open(f"/motions/{OPEN_MOTION}")
    assert 'class="easy ' in page
    assert "<h1>Shall we share a night team?</h1>" in page
    assert page.count('class="picture"') > 6


def test_a_shifted_clock_is_said_on_every_page(fakes: FakeServices) -> None:
    fakes.clock = ShiftedClock(FixedClock(NOW), timedelta(days=30))
    assert "This is a demonstration. Its clock is shifted" in ScriptlessBrowser(fakes).open("/sign-in")


def test_every_page_says_where_its_source_is(browser: ScriptlessBrowser) -> None:
    assert '<a href="/source">Source of this software, 0.1.0</a>' in browser.open("/")
    assert "https://elm-row.example/source" in browser.open("/source")


def test_every_page_there_is_can_be_seen_in_both_registers(fakes: FakeServices) -> None:
    """No page leaves a name unset, and each has one main heading and at most one first button."""
    browser = ScriptlessBrowser(fakes).sign_in()
    owner = FormOwners(FORMS_KEY).mark(next(iter(fakes.sessions.sessions.values())).identity.person_id)
    asyncio.run(fakes.kept_forms.save(owner, f"draft ballot {OPEN_MOTION}", {"choice": "for"}))
    fill = {
        "{section}": "home",
        "{field}": "home.key_safe",
        "{motion:uuid}": OPEN_MOTION,
        "{person:uuid}": JO,
        "{record:uuid}": OTHERS_ENTRY,
        "{credential:uuid}": CLAIMED_PAPER,
        "{passkey:uuid}": PASSKEY,
        "{code}": CODE,
        "{co_op}": HARBOUR,
        "{token}": STOP_TOKEN,
        "{request:uuid}": OTHERS_ENTRY,
        "{erasure:uuid}": OTHERS_ENTRY,
        "{team:uuid}": fake_teams.OWN_TEAM,
        "{visit:uuid}": fake_visits.PROPOSED,
        "{hat}": "rota_holder",
    }
    for easy in ("off", "on"):
        browser.http.cookies.set("kith-comfort", "easy" if easy == "on" else "plain")
        for page in PAGES:
            path = page.path.replace("/motions/{motion:uuid}/result", f"/motions/{CAPPED_MOTION}/result")
            path = path.replace("/motions/{motion:uuid}/counted", f"/motions/{CAPPED_MOTION}/counted")
            path = path.replace("/votes/{vote:vote}/result", f"/votes/{DONE_VOTE}/result").replace("{vote:vote}", OPEN_VOTE)
            path = path.replace(f"{OPEN_VOTE}/paper-votes/{{record:uuid}}", f"{OPEN_VOTE}/paper-votes/{RECORD}")
            for part, value in fill.items():
                path = path.replace(part, value)
            response = browser.http.get(path) if page.show and not path.endswith(".gz") else None
            if response is None or response.status_code == 303 or "content-disposition" in response.headers:
                continue
            assert response.status_code == 200, path
            assert response.text.count("<h1") == 1, path
            assert response.text.count('"first"') + response.text.count("button first") <= 1, path


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
