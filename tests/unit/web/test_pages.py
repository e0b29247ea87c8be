"""The pages as a browser sees them, with fake services behind them."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kith.identity.v1 import identity_pb2 as ident
from kith.matching.v1 import waiting_pb2 as pb_waiting
from kith.membership.v1 import membership_pb2 as memb
from kith.scheduling.v1 import visits_pb2 as pb_visits
from libs.clock import FixedClock, ShiftedClock
from libs.refusals import FailedPrecondition, NotAllowed, NotFound, Unavailable, invalid
from services.web.http.kept_forms import FormOwners
from services.web.routes import PAGES
from tests.unit.web import (
    fake_calendars,
    fake_concerns,
    fake_distances,
    fake_matching,
    fake_matching_days,
    fake_money,
    fake_neighbours,
    fake_partners,
    fake_series,
    fake_sharing,
    fake_team_questions,
    fake_teams,
    fake_visits,
    fake_watch,
    fake_week_drafts,
)
from tests.unit.web.fake_concerns import ASKED, FACILITATED, TALKING
from tests.unit.web.fake_people import JO, MO, NOW
from tests.unit.web.fake_services import (
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
from tests.unit.web.fake_visits import PROPOSED, TAKEN
from tests.unit.web.fake_vote_services import DONE_VOTE, HARBOUR, OPEN_VOTE, RECORD
from tests.unit.web.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def fakes() -> FakeServices:
    return FakeServices()


@pytest.fixture
def browser(fakes: FakeServices) -> Iterator[ScriptlessBrowser]:
    yield ScriptlessBrowser(fakes).sign_in()


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
    fakes.visits.visits[PROPOSED].state = pb_visits.VISIT_STATE_DECLINED
    page = browser.open("/").partition("What has changed</h2>")[2]
    assert "A vote was recorded for you, from paper." in page
    assert f'href="/motions/{OPEN_MOTION}/receipt"' in page
    assert page.count("Should we share one night team") == 2, "heading and link: once recorded, it is not announced as well"
    assert f'href="/motions/{CAPPED_MOTION}/result"' in page
    assert "Did you not ask for it? Ring 01632 960 001." in page
    assert page.count('<div class="card') == 3


def test_home_begins_with_the_visits_of_today_and_the_plan_that_waits_for_a_yes(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    page = browser.open("/")
    assert (
        "No more visits today. The next one is on Thursday 26 November, 9:05 in the morning to 10:05 in the morning. You go to Mo Stone."
        in page
    )
    assert page.index("What happens today</h2>") < page.index("A visit waits for your yes</h2>") < page.index("What needs your voice</h2>")
    assert f'<a class="button first" href="/visits/{PROPOSED}">' in page
    starts = fakes.visits.visits[TAKEN].starts_at.ToDatetime() - timedelta(days=2)
    fakes.visits.visits[TAKEN].starts_at.FromDatetime(starts)
    fakes.visits.visits[TAKEN].ends_at.FromDatetime(starts + timedelta(hours=1))
    page = browser.open("/")
    assert "No more visits today" not in page
    assert f'<h3><a href="/visits/{TAKEN}">9:05 in the morning to 10:05 in the morning</a></h3>' in page
    assert page.count('<div class="card') <= 5


def test_home_has_the_night_visit_that_began_yesterday_for_as_long_as_it_goes_on(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    visit = fakes.visits.visits[TAKEN]
    visit.starts_at.FromDatetime(NOW - timedelta(hours=11))
    visit.ends_at.FromDatetime(NOW + timedelta(minutes=5))
    page = browser.open("/")
    assert f'<h3><a href="/visits/{TAKEN}">' in page
    assert "No more visits today" not in page
    visit.ends_at.FromDatetime(NOW - timedelta(minutes=5))
    assert f"/visits/{TAKEN}" not in browser.open("/")


def test_home_lists_what_else_waits_for_an_answer(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    assert "Waits for your answer" not in browser.open("/")
    fakes.visits.waiting = pb_visits.GetWaitingResponse(
        to_confirm_visit_ids=[TAKEN], disputed_visit_ids=[TAKEN, PROPOSED], swaps=1, series=2, proposals=2, alerts_told=2
    )
    page = browser.open("/").partition("Waits for your answer</h2>")[2].partition("</ul>")[0]
    assert f'<a href="/visits/{TAKEN}">A visit is written down: is it right?</a>' in page
    assert "Something you wrote about 2 visits is not right, somebody says" in page
    assert '<a href="/week/swaps">Somebody wants to swap a visit with you</a>' in page
    assert '<a href="/visits/series">2 plans of visits that repeat wait for your yes</a>' in page
    assert '<a href="/watch/open">2 things are open in the watch, and we told you</a>' in page
    assert '<a href="/week/proposals">A draft asks you about 2 visits</a>' in page


def test_home_leads_to_terms_concerns_referrals_teams_and_matching_days_that_wait(browser: ScriptlessBrowser, fakes: FakeServices) -> None:
    fakes.visits.waiting = pb_visits.GetWaitingResponse(visits=3, funding=1, engagements=1, engagement_worker_ids=[MO, JO])
    fakes.waiting.waiting = pb_waiting.GetWaitingResponse(
        concern_ids=[TALKING],
        facilitation_ids=[ASKED, FACILITATED],
        team_question_ids=[fake_team_questions.OPEN],
        referral_ids=[MO],
        partner_referral_ids=[JO, MO],
        referral_about_ids=[JO],
        team_invitations=1,
        matching_day_id=MO,
    )
    links = re.findall(r'<a href="([^"]+)">', browser.open("/").partition("Waits for your answer</h2>")[2].partition("</ul>")[0])
    assert links == [
        "/week",
        f"/team/concerns/{TALKING}",
        "/team/concerns",
        f"/team/questions/{fake_team_questions.OPEN}",
        f"/referrals/{JO}",
        f"/partners/referrals/{MO}",
        f"/referrals/{JO}",
        "/money",
        "/money/work",
        f"/members/{MO}/engagement",
        "/team",
        f"/people/days/{MO}",
    ]
    assert "2 more visits wait for your yes" in browser.page, "the first one stands above"
    fakes.visits.refusals["GetDays"] = Unavailable("SERVICE_AWAY")
    page = browser.open("/")
    assert "Somebody asks you to be in their team" in page
    assert "who pays for your visits" not in page.lower()


def test_home_says_nothing_of_visits_where_there_are_none_and_stays_up_without_them(
    browser: ScriptlessBrowser, fakes: FakeServices
) -> None:
    for visit in (PROPOSED, TAKEN):
        fakes.visits.visits[visit].state = pb_visits.VISIT_STATE_CANCELLED
        fakes.visits.visits[visit].ends_at.FromDatetime(NOW - timedelta(days=1))
    assert "What happens today" not in browser.open("/")
    fakes.visits.refusals["GetDays"] = Unavailable("SERVICE_AWAY")
    assert "What needs your voice" in browser.open("/")


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
                "People": [
                    "/members",
                    "/applications",
                    "/qualifications",
                    "/emergency-access",
                    "/support/fairness",
                    "/people/pairs",
                    "/partners",
                    "/people/put-in-touch",
                ],
                "The co-op": ["/", "/money/periods", "/notices", "/watch", "/co-ops"],
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
        "{calendar}": fake_calendars.FILE_NAME,
        "{request:uuid}": OTHERS_ENTRY,
        "{erasure:uuid}": OTHERS_ENTRY,
        "{hold:uuid}": OWN_ENTRY,
        "{team:uuid}": fake_teams.OWN_TEAM,
        "{visit:uuid}": fake_visits.PROPOSED,
        "{draft:uuid}": fake_week_drafts.ASKED,
        "{series:uuid}": fake_series.WAITING,
        "{hat}": "rota_holder",
        "{review:uuid}": fake_matching.OPEN_REVIEW,
        "{worker:uuid}": JO,
        "{candidate:uuid}": fake_week_drafts.FERN,
        "{pair:uuid}": fake_neighbours.PAIR,
        "{partner:uuid}": fake_partners.CHURCH,
        "{referral:uuid}": fake_partners.NEW,
        "{period:uuid}": fake_money.PERIOD,
        "{shared:uuid}": fake_money.SHARED,
        "{invoice:int}": "1",
        "{file:int}": "1",
        "{day:uuid}": fake_matching_days.OPEN_DAY,
        "{side}": "getting",
        "{concern:uuid}": fake_concerns.TALKING,
        "{question:uuid}": fake_team_questions.OPEN,
        "{alert:uuid}": fake_watch.LATE,
        "{gap:uuid}": fake_distances.HOLDS,
        "{sharing:uuid}": fake_sharing.SHARED,
        "{activity:uuid}": fake_sharing.SOUP,
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
