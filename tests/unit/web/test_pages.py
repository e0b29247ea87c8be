"""The pages from the outside: what a browser sends and gets. The services answer from a small town."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kith.governance.v1 import governance_pb2 as gov
from kith.identity.v1 import identity_pb2 as ident
from kith.membership.v1 import membership_pb2 as memb
from libs.clock import Fixed, Shifted
from libs.refusals import Conflict, Elsewhere, NotAllowed, NotFound, NotNow, NotSignedIn, invalid
from services.web.door.sessions import SignedIn
from services.web.routes import PAGES
from tests.unit.web.browsing import Browser
from tests.unit.web.neighbours import DONE_VOTE, HARBOUR, OPEN_VOTE, RECORD
from tests.unit.web.people import ADA, JO, NOW, stamp
from tests.unit.web.reading_tables import row
from tests.unit.web.small_town import CODE, COMING, ENTRY, MINE, OPEN, WEIGHED, Town


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def browser(town: Town) -> Iterator[Browser]:
    yield Browser(town).sign_in()


def test_somebody_who_is_not_signed_in_is_shown_the_way_in_and_then_what_they_wanted(town: Town) -> None:
    browser = Browser(town)
    assert browser.http.get("/motions?page=2").headers["location"] == "/sign-in?next=/motions%3Fpage%3D2"
    browser.see("/sign-in?next=/motions")
    assert browser.send("/sign-in/code", code="7k3m-9qwd 2xtr 5hva".upper()) == (303, "/motions")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\x01"])
def test_signing_in_never_leads_to_another_site(town: Town, elsewhere: str) -> None:
    browser = Browser(town)
    browser.see("/sign-in")
    assert browser.send("/sign-in/code", code=CODE, next=elsewhere) == (303, "/")


def test_a_link_shows_a_button_and_only_the_button_uses_the_code(town: Town) -> None:
    browser = Browser(town)
    browser.see(f"/sign-in/{CODE}")
    assert town.identity.heard == []
    assert browser.send("/sign-in/code") == (303, "/")


def test_a_wrong_code_is_said_kindly_and_beside_its_field(town: Town) -> None:
    browser = Browser(town)
    browser.see("/sign-in")
    code, page = browser.send("/sign-in/code", code="WRONG")
    assert code == 422
    assert "<title>Error: Sign in" in page
    assert 'href="#code"' in page
    assert 'aria-invalid="true"' in page


def test_a_password_signs_in_too_and_is_never_shown_again(town: Town) -> None:
    browser = Browser(town)
    browser.see("/sign-in/password")
    _, page = browser.send("/sign-in/password", email="ada@elm-row.example", password="nearly right")
    assert "nearly right" not in page
    assert 'value="ada@elm-row.example"' in page
    assert browser.send("/sign-in/password", email="ada@elm-row.example", password="a good long password") == (303, "/")


def test_signing_in_gives_a_new_session_whatever_the_browser_brought(town: Town) -> None:
    browser = Browser(town)
    browser.http.cookies.set("kith", "chosen-by-an-attacker")
    browser.sign_in()
    assert "chosen-by-an-attacker" not in town.sessions.kept


def test_signing_out_ends_the_session_here_and_at_identity(browser: Browser, town: Town) -> None:
    browser.see("/")
    assert browser.send("/sign-out") == (303, "/signed-out")
    assert town.sessions.kept == {}
    assert type(town.identity.heard[-1]).__name__ == "SignOutRequest"


def test_signing_out_works_when_identity_does_not_answer(browser: Browser, town: Town) -> None:
    browser.see("/")
    town.identity.refuse["SignOut"] = Elsewhere("SERVICE_AWAY")
    assert browser.send("/sign-out") == (303, "/signed-out")
    assert town.sessions.kept == {}


def test_a_session_that_identity_ended_is_over_here_too(browser: Browser, town: Town) -> None:
    town.identity.refuse["RenewToken"] = NotSignedIn("SESSION_ENDED")
    assert isinstance(town.clock, Fixed)
    town.clock.at = NOW + timedelta(minutes=4)
    assert browser.http.get("/").headers["location"] == "/sign-in"
    assert town.sessions.kept == {}


def test_a_token_is_renewed_after_four_minutes_and_not_before(browser: Browser, town: Town) -> None:
    def renewed() -> int:
        return sum(type(one).__name__ == "RenewTokenRequest" for one in town.identity.heard)

    browser.see("/")
    browser.see("/motions")
    assert renewed() == 1
    assert isinstance(town.clock, Fixed)
    town.clock.at = NOW + timedelta(minutes=4, seconds=1)
    browser.see("/")
    assert renewed() == 2


def test_each_hat_is_claimed_only_on_its_own_pages(browser: Browser, town: Town) -> None:
    browser.see("/motions")
    browser.see("/members")
    claimed = [one.hat for one in town.identity.heard if type(one).__name__ == "RenewTokenRequest"]  # type: ignore[attr-defined]  # as named
    assert claimed == ["", "secretary"]


def test_a_page_of_a_hat_is_closed_to_those_who_do_not_wear_it(town: Town) -> None:
    town.identity.hats = ()
    browser = Browser(town).sign_in()
    for path in ("/members", "/system", "/motions/new", "/paper-votes"):
        response = browser.http.get(path)
        assert response.status_code == 403
        assert "needs a hat" in response.text


@pytest.mark.capability("I5")
def test_a_member_votes_checks_and_gets_a_receipt_that_says_it_is_not_secret(browser: Browser, town: Town) -> None:
    assert "Should we share one night team" in browser.see("/")
    browser.see(f"/motions/{OPEN}/vote")
    assert browser.send(f"/motions/{OPEN}/vote", choice="for") == (303, f"/motions/{OPEN}/check")
    assert "Your answer</dt><dd>Yes" in browser.see(f"/motions/{OPEN}/check")
    assert not any(isinstance(one, gov.CastBallotRequest) for one in town.governance.heard)
    assert browser.send(f"/motions/{OPEN}/check") == (303, f"/motions/{OPEN}/receipt")
    receipt = browser.see(f"/motions/{OPEN}/receipt")
    assert "not secret from your own co-op" in receipt
    assert "You said: <strong>Yes</strong>" in receipt
    assert town.governance.ballot is not None
    assert town.governance.ballot.choice == "for"


def test_changing_ones_vote_sends_the_revision_that_was_shown(browser: Browser, town: Town) -> None:
    for choice in ("for", "against"):
        browser.see(f"/motions/{OPEN}/vote")
        browser.send(f"/motions/{OPEN}/vote", choice=choice)
        browser.see(f"/motions/{OPEN}/check")
        browser.send(f"/motions/{OPEN}/check")
    assert town.governance.ballot is not None
    assert (town.governance.ballot.choice, town.governance.ballot.revision) == ("against", 2)


def test_pressing_twice_sends_the_same_request_id(browser: Browser, town: Town) -> None:
    browser.see(f"/motions/{OPEN}/vote")
    browser.send(f"/motions/{OPEN}/vote", choice="for")
    check = browser.see(f"/motions/{OPEN}/check")
    browser.send(f"/motions/{OPEN}/check")
    browser.last = check
    browser.send(f"/motions/{OPEN}/check")
    ids = {one.request_id for one in town.governance.heard if isinstance(one, gov.CastBallotRequest)}
    assert len(ids) == 1


def test_a_stale_page_is_told_and_shows_the_answer_again_under_the_new_revision(browser: Browser, town: Town) -> None:
    browser.see(f"/motions/{OPEN}/vote")
    browser.send(f"/motions/{OPEN}/vote", choice="for")
    browser.see(f"/motions/{OPEN}/check")
    town.governance.refuse["CastBallot"] = Conflict("BALLOT_STALE")
    code, page = browser.send(f"/motions/{OPEN}/check")
    assert code == 409
    assert "changed in another place" in page
    assert 'name="choice" value="for"' in page


def test_a_vote_after_the_close_is_refused_in_words(browser: Browser, town: Town) -> None:
    browser.see(f"/motions/{OPEN}/vote")
    browser.send(f"/motions/{OPEN}/vote", choice="for")
    browser.see(f"/motions/{OPEN}/check")
    town.governance.refuse["CastBallot"] = NotNow("BALLOT_CLOSED")
    code, page = browser.send(f"/motions/{OPEN}/check")
    assert code == 409
    assert "The vote is over." in page
    assert "BALLOT_CLOSED" not in page


def test_no_choice_is_pointed_out_with_a_link_to_the_first_answer(browser: Browser) -> None:
    browser.see(f"/motions/{OPEN}/vote")
    code, page = browser.send(f"/motions/{OPEN}/vote")
    assert code == 422
    assert "<title>Error: " in page
    assert 'href="#choice"' in page
    assert 'id="choice"' in page


def test_the_choice_never_stands_in_an_address(browser: Browser) -> None:
    browser.see(f"/motions/{OPEN}/vote")
    _, where = browser.send(f"/motions/{OPEN}/vote", choice="against")
    assert "against" not in where


def test_who_has_no_vote_is_told_why(browser: Browser) -> None:
    assert "You joined after the list of voters was fixed" in browser.see(f"/motions/{COMING}")
    assert browser.http.get(f"/motions/{COMING}/vote").headers["location"] == f"/motions/{COMING}"


@pytest.mark.capability("G1")
def test_a_result_says_the_same_as_sentence_drawing_and_table(browser: Browser) -> None:
    page = browser.see(f"/motions/{WEIGHED}/result")
    assert "114 people voted. 73 said yes and 38 said no. 3 did not choose." in page
    assert "<strong>49 in every 100</strong>. More than half was needed." in page
    assert "<desc>Supported member: 25 yes, 10 no, 2 no choice." in page
    assert row(page, "Supported member")[:2] == ["25", "10"]
    assert "It did not pass: too few said yes." in page


@pytest.mark.capability("G1")
def test_how_it_was_counted_shows_exact_fractions_that_can_be_counted_again(browser: Browser) -> None:
    page = browser.see(f"/motions/{WEIGHED}/counted")
    for exact in ("7/48", "79/160", "553/16", "567/16"):
        assert f'<span class="fraction">{exact}</span>' in page
    assert "about 0.15" in page
    assert "or 34.56" in page or "about 34.56" in page


def test_the_paper_ballot_has_boxes_and_the_voters_name(browser: Browser) -> None:
    page = browser.see(f"/motions/{OPEN}/paper")
    assert page.count('class="box"') == 3
    assert "Ada Fenwick" in page


def test_a_paper_vote_is_found_by_member_number_and_waits_for_somebody_else(browser: Browser, town: Town) -> None:
    browser.see(f"/motions/{OPEN}/record")
    code, page = browser.send(f"/motions/{OPEN}/record", member_number="99", choice="for", taken="paper")
    assert (code, "Nobody has this member number" in page) == (422, True)
    assert browser.send(f"/motions/{OPEN}/record", member_number="2", choice="for", taken="paper") == (303, "/paper-votes?done=recorded")
    sent = [one for one in town.governance.heard if isinstance(one, gov.RecordBallotRequest)]
    assert [(one.person_id, one.choice) for one in sent] == [(JO, "for")]


def test_the_second_person_sees_no_choice_and_not_their_own_entries(browser: Browser) -> None:
    page = browser.see("/paper-votes")
    assert f"/paper-votes/{ENTRY}" in page
    assert f"/paper-votes/{MINE}" not in page
    assert "checked" not in browser.see(f"/paper-votes/{ENTRY}")
    assert browser.send(f"/paper-votes/{ENTRY}", choice="for") == (303, "/paper-votes?done=confirmed")


def test_a_motion_is_written_checked_and_put(browser: Browser, town: Town) -> None:
    browser.see("/motions/new")
    code, page = browser.send("/motions/new", title="", text="", closes_on="2026-13-40")
    assert code == 422
    assert page.count('<li><a href="#') == 4
    written = {
        "title": "Shall we plant a tree?",
        "text": "A tree gives shade.",
        "resolution_type": "ordinary",
        "closes_on": "2026-12-20",
        "closes_time": "20:00",
    }
    assert browser.send("/motions/new", **written) == (303, "/motions/new/check")
    assert "Sunday 20 December, 8:00 in the evening" in browser.see("/motions/new/check")
    assert browser.send("/motions/new/check") == (303, f"/motions/{OPEN}")
    sent = [one for one in town.governance.heard if isinstance(one, gov.OpenMotionRequest)]
    assert sent[0].closes_at.ToJsonString() == "2026-12-20T20:00:00Z"


def test_a_refused_motion_keeps_what_was_written_and_points_to_the_field(browser: Browser, town: Town) -> None:
    browser.see("/motions/new")
    browser.send("/motions/new", title="A tree?", text="Shade.", resolution_type="ordinary", closes_on="2026-11-25", closes_time="20:00")
    browser.see("/motions/new/check")
    town.governance.refuse["OpenMotion"] = invalid("closes_at", "OPEN_TOO_SHORT", hours="72", earliest="2026-12-11T09:05:00+00:00")
    code, page = browser.send("/motions/new/check")
    assert code == 422
    assert (
        'href="#closes_on">It must be open for 72 hours at least. It can end on Friday 11 December, 9:05 in the morning or later.' in page
    )
    assert 'value="A tree?"' in page


def test_the_letter_with_a_code_shows_it_once_in_groups_and_is_not_kept(browser: Browser) -> None:
    browser.see(f"/members/{JO}")
    code, page = browser.send(f"/members/{JO}/card")
    assert code == 200
    assert "7K3M 9QWD 2XTR 5HVA" in page
    assert "Dear Jo Bright," in page


def test_a_new_member_is_registered_and_admitted(browser: Browser) -> None:
    browser.see("/members/new")
    assert browser.send("/members/new", full_name="")[0] == 422
    assert browser.send("/members/new", full_name="Jo Bright", member_class="worker") == (303, f"/members/{JO}")


def test_the_system_page_says_in_words_what_is_wrong(browser: Browser) -> None:
    page = browser.see("/system")
    assert "Something needs a look" in page
    assert "It cannot reach the others. It keeps what it wants to tell them." in page
    assert "Does not answer" in page
    assert "It is 2 facts behind identity." in page


def test_names_of_a_page_are_asked_for_in_one_call(browser: Browser, town: Town) -> None:
    browser.see("/members")
    assert sum(type(one).__name__ == "GetNamesRequest" for one in town.identity.heard) == 1


def test_home_tells_the_last_thing_about_each_motion_and_what_to_do_about_a_card_nobody_asked_for(browser: Browser, town: Town) -> None:
    page = browser.see("/").partition("What has changed</h2>")[2]
    assert "A vote was recorded for you, from paper." in page
    assert f'href="/motions/{OPEN}/receipt"' in page
    assert page.count("Should we share one night team") == 2, "heading and link: once recorded, it is not announced as well"
    assert f'href="/motions/{WEIGHED}/result"' in page
    assert "Did you not ask for it? Ring 01632 960 001." in page
    assert page.count('<div class="card') == 3


def test_home_does_not_announce_what_waits_for_a_vote_above(browser: Browser, town: Town) -> None:
    town.news.happened = town.news.happened[1:2]
    assert "Nothing has happened yet." in browser.see("/")


def test_all_news_is_paged_and_leaves_out_what_nobody_knows_any_more(browser: Browser, town: Town) -> None:
    page = browser.see("/news")
    assert "You can vote from Thursday 26 November, 9:05 in the morning" in page
    assert page.count('class="card"') == 5
    assert "Show more" not in page
    town.news.happened = [replace(town.news.happened[1], about=JO), *town.news.happened * 3]
    assert browser.see("/news").count('class="card"') == 9
    assert 'href="/news?page=10"' in browser.last
    assert browser.see("/news?page=10").count('class="card"') == 6


def test_a_receipt_says_how_the_vote_came_in(browser: Browser, town: Town) -> None:
    town.governance.ballot = gov.Ballot(motion_id=OPEN, person_id=ADA, choice="for", revision=1, taken="paper", recorded_at=stamp(NOW))
    assert "A vote was recorded for you, from paper." in browser.see(f"/motions/{OPEN}/receipt")


def test_everybody_can_see_what_they_are_here(browser: Browser) -> None:
    assert '<a href="/you">You</a>' in browser.see("/")
    page = browser.see("/you")
    assert "Ada Fenwick" in page
    assert "Worker member" in page
    assert "Ask to join" not in page


def test_somebody_who_is_no_member_can_ask_to_join(browser: Browser, town: Town) -> None:
    town.membership.refuse["GetMember"] = NotFound("MEMBER_UNKNOWN")
    assert "You are not a member yet" in browser.see("/you")
    code, page = browser.send("/you", why="To help.")
    assert (code, 'href="#member_class"' in page, "To help.</textarea>" in page) == (422, True, True)
    assert browser.send("/you", member_class="worker", why="To help.") == (303, "/you?done=asked")
    assert "Ask to join" not in browser.see("/you?done=asked")
    assert [(one.member_class, one.why) for one in town.membership.heard if isinstance(one, memb.ApplyRequest)] == [("worker", "To help.")]


def test_a_password_is_set_as_typed_and_a_short_one_is_pointed_out(browser: Browser, town: Town) -> None:
    browser.see("/you/password")
    town.identity.refuse["SetPassword"] = invalid("password", "PASSWORD_TOO_SHORT")
    code, page = browser.send("/you/password", password="short one")
    assert (code, 'href="#password"' in page, "short one" in page) == (422, True, False)
    town.identity.refuse.clear()
    assert browser.send("/you/password", password=" four words in spaces ") == (303, "/you?done=password")
    assert [one.password for one in town.identity.heard if isinstance(one, ident.SetPasswordRequest)][-1] == " four words in spaces "


def test_home_stays_up_when_governance_does_not_answer(browser: Browser, town: Town) -> None:
    town.governance.refuse["ListMotions"] = Elsewhere("SERVICE_AWAY")
    assert "Nothing is lost" in browser.see("/")


def test_what_should_not_happen_gives_a_number_and_tells_nothing(browser: Browser, town: Town) -> None:
    town.governance.refuse["ListMotions"] = RuntimeError("a secret of Ada Fenwick")
    response = browser.http.get("/motions")
    assert response.status_code == 500
    assert "Something broke on our side" in response.text
    assert "secret" not in response.text
    assert re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7", response.text)


@pytest.mark.parametrize(
    ("refusal", "code"), [(NotAllowed("HAT_NEEDED"), 403), (NotNow("NOT_COUNTED_YET"), 409), (Elsewhere("DATABASE_AWAY"), 503)]
)
def test_a_refusal_becomes_a_page_in_words_with_the_phone_number(browser: Browser, town: Town, refusal: Exception, code: int) -> None:
    town.governance.refuse["GetResult"] = refusal
    response = browser.http.get(f"/motions/{WEIGHED}/result")
    assert response.status_code == code
    assert "01632 960 001" in response.text
    assert not re.search(r">[^<]*[A-Z]{3,}_[A-Z]", response.text)


@pytest.mark.parametrize("path", ["/nope", "/motions/not-an-id", "/static/nope.css"])
def test_an_unknown_address_gets_a_plain_page(browser: Browser, path: str) -> None:
    response = browser.http.get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.text


def test_easy_read_and_bigger_text_are_kept_and_lead_back_to_the_page(browser: Browser) -> None:
    browser.see(f"/motions/{OPEN}")
    assert browser.send("/comfort", easy="on") == (303, f"/motions/{OPEN}")
    page = browser.see(f"/motions/{OPEN}")
    assert 'class="easy ' in page
    assert "<h1>Shall we share a night team?</h1>" in page
    assert page.count('class="picture"') > 6


def test_a_shifted_clock_is_said_on_every_page(town: Town) -> None:
    town.clock = Shifted(Fixed(NOW), timedelta(days=30))
    assert "This is a demonstration. Its clock is shifted" in Browser(town).see("/sign-in")


def test_every_page_says_where_its_source_is(browser: Browser) -> None:
    assert '<a href="/source">Source of this software, 0.1.0</a>' in browser.see("/")
    assert "https://elm-row.example/source" in browser.see("/source")


def test_every_page_there_is_can_be_seen_in_both_registers(town: Town) -> None:
    """No page leaves a name unset, and each has one main heading and at most one first button."""
    browser = Browser(town).sign_in()
    asyncio.run(town.sessions.keep_draft(next(iter(town.sessions.kept.values())), f"ballot {OPEN}", {"choice": "for"}))
    fill = {"{motion:uuid}": OPEN, "{person:uuid}": JO, "{record:uuid}": ENTRY, "{code}": CODE, "{co_op}": HARBOUR}
    for easy in ("off", "on"):
        browser.http.cookies.set("kith-comfort", "easy" if easy == "on" else "plain")
        for page in PAGES:
            path = page.path.replace("/motions/{motion:uuid}/result", f"/motions/{WEIGHED}/result")
            path = path.replace("/motions/{motion:uuid}/counted", f"/motions/{WEIGHED}/counted")
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


def test_the_signed_in_person_is_never_in_a_cookie(browser: Browser) -> None:
    for value in dict(browser.http.cookies).values():
        assert ADA not in value


def test_cookies_are_out_of_reach_of_scripts_and_carry_the_host_prefix_over_https(town: Town) -> None:
    response = Browser(town, https=True).http.get("/sign-in")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-kith-visitor=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert response.headers["strict-transport-security"].startswith("max-age=")


def test_a_session_that_expired_is_no_session(town: Town) -> None:
    browser = Browser(town)
    session = asyncio.run(town.sessions.begin(SignedIn(ADA, "s", "k", (), NOW - timedelta(seconds=1))))
    browser.http.cookies.set("kith", session.cookie)
    assert browser.http.get("/").status_code == 303
