"""Every page is accessible: no axe violations, no overflow, large enough targets, readable text and a good print."""

import gzip
import re
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Response, StorageState

from tests.browser.conftest import COLOUR_RULES, DemoSite, Window, violations

ANYBODY = (
    "/sign-in",
    "/sign-in/password",
    "/sign-in/send",
    "/sign-in/ABCD",
    "/recover",
    "/help",
    "/accessibility",
    "/privacy",
    "/source",
    "/comfort",
    "/nope",
    "/signed-out",
    "/look-up",
)
MEMBER = (
    "/",
    "/news",
    "/you",
    "/you/password",
    "/you/sessions",
    "/helping",
    "/you/data",
    "/you/data/erase",
    "/you/readers",
    "/you/people",
    "/you/people/new",
    "/people",
    "/team",
    "/team/invite?q=a",
    "/team/concerns",
    "/visits/covers",
    "/week",
    "/week/mine",
    "/week/hours",
    "/week/who-came",
    "/week/away",
    "/week/calendar",
    "/today",
    "/today/facts",
    "/week/away/days",
    "/week/swaps",
    "/visits/new",
    "/visits/confirming",
    "/visits/series",
    "/visits/series/new",
    "/you/qualifications",
    "/you/qualifications/new",
    "/you/record",
    "/you/record?print=yes",
    "/you/record/about-me",
    "/you/record/home",
    "/you/record/sharing/home.key_safe",
    "/you/record/sharing/home.key_safe?q=a",
    "/you/shared",
    "/you/told",
    "/people/find",
    "/people/suggested",
    "/people/suggested/team",
    "/people/reviews",
    "/people/call-outs",
    "/people/call-outs/new",
    "/people/other-co-ops",
    "/people/other-co-ops/new",
    "/people/asked",
    "/people/days",
    "/people/neighbours",
    "/people/neighbours/new",
    "/people/neighbours/mine",
    "/referrals",
    "/referrals/new",
    "/partner",
    "/support/getting",
    "/support/giving",
    "/you/consents",
    "/motions",
    "/decisions",
    "/rulebook",
    "/votes",
    "/co-ops",
    "/you/sign-in",
    "/you/recovery",
)
SECRETARY = (
    "/",
    "/members",
    "/members/new",
    "/members/opt-outs",
    "/erasures",
    "/holds",
    "/disposals",
    "/members?q=a",
    "/first-steps/address",
    "/first-steps/backup",
    "/applications",
    "/data-requests",
    "/qualifications",
    "/motions/new",
    "/paper-votes",
    "/emergency-access",
    "/support/fairness",
    "/people/pairs",
    "/partners",
    "/partners/new",
    "/partners/referrals",
    "/people/put-in-touch",
    "/people/days/new",
    "/notices",
    "/notices/letters",
    "/notices/texts",
    "/system",
    "/votes/new",
    "/votes/new/when",
    "/votes/new/more",
    "/votes/new/turnout",
    "/co-ops/invite",
    "/co-ops/accept",
)
TEAM_OWNER = ("/team", "/week", "/visits/new", "/visits/series", "/visits/series/new")
WIDTHS = (320, 640, 768, 1280)
PHONE = 390
SHEET_WIDTH, SHEET_HEIGHT = 658, 986
"""A4 less margins of 18 mm, in CSS pixels of 1/96 inch."""
FIRST_VIEW_BYTES, CSS_BYTES, HTML_BYTES = 50_000, 12_000, 14_000


PagesOf = dict[str, tuple[StorageState | None, tuple[str, ...]]]
_found: dict[str, PagesOf] = {}


def pages(demo_site: DemoSite, window: Window) -> PagesOf:
    """By the role of who looks; looked up once for each demo."""
    if demo_site.home not in _found:
        _found[demo_site.home] = _find_pages(demo_site, window)
    return _found[demo_site.home]


def _find_pages(demo_site: DemoSite, window: Window) -> PagesOf:
    """Who looks at what; the addresses of one decided and one open motion and of one member are looked up."""
    page = window(demo_site.secretary)
    page.goto("/motions")
    found = page.get_by_role("listitem").get_by_role("link")
    links = [found.nth(at).get_attribute("href") or "" for at in range(found.count())]
    decided = next(link for link in links if link.endswith("/result"))
    still_open = next(link for link in links if re.fullmatch(r"/motions/[0-9a-f-]{36}", link))
    page.goto("/members")
    member = page.get_by_role("table").get_by_role("link").first.get_attribute("href") or ""
    page.goto("/votes")
    between = (page.get_by_role("link", name=re.compile("one night line")).get_attribute("href") or "").removesuffix("/result")
    page.goto("/co-ops")
    co_op = page.get_by_role("listitem").get_by_role("heading").get_by_role("link").first.get_attribute("href") or ""
    visit = _find_or_propose_visit(demo_site, window)
    of_member = (
        *MEMBER,
        between,
        f"{between}/result",
        f"{between}/dispute",
        f"{between}/card",
        co_op,
        still_open,
        f"{still_open}/vote",
        f"{still_open}/paper",
        decided,
        decided.replace("/result", "/counted"),
    )
    return {
        "anybody": (None, ANYBODY),
        "member": (demo_site.member, of_member),
        "team owner": (demo_site.team_owner, (*TEAM_OWNER, visit, f"{visit}/move")),
        "secretary": (
            demo_site.secretary,
            (
                *SECRETARY,
                member,
                member.replace("/members/", "/emergency/"),
                *(f"{member}/{change}" for change in ("class", "correct", "end", "people", "people/new", "consents", "consents/new")),
                *(f"{member}/consents/{form}" for form in ("decider", "best-interests", "capacity")),
                f"{member}/record",
                f"{still_open}/record",
                between,
                f"{between}/receipt",
                f"{between}/settle",
                f"{between}/settle?kind=cuts&decision=4",
                f"{co_op}/sever",
                f"{member}/hold",
                _find_or_place_hold(demo_site, page, member),
            ),
        ),
    }


def _find_or_propose_visit(demo_site: DemoSite, window: Window) -> str:
    """The address of the first visit that the owner of a team plans with it."""
    page = window(demo_site.team_owner)
    page.goto("/week")
    visits = page.locator("main h3 a[href^='/visits/']")
    if visits.count() == 0:
        page.goto("/visits/new")
        if page.locator("[name=who]:checked").count() == 0:
            page.locator("[name=who]").first.check()
        page.locator("[name=day-pick][value=other]").check()
        _type_day(page, "day", demo_site.now.date() + timedelta(days=3))
        page.locator("[name=start]").fill("10:30")
        page.locator("main form button.first").click()
        page.wait_for_url("**/visits/*?done=propose")
        page.goto("/week")
    return visits.first.get_attribute("href") or ""


def _find_or_place_hold(demo_site: DemoSite, page: Page, member: str) -> str:
    """The address of the first hold on somebody's record."""
    page.goto("/holds")
    holds = page.locator("main a[href^='/holds/']")
    if holds.count() == 0:
        page.goto(f"{member}/hold")
        page.locator("[name=kind]").first.check()
        page.locator("[name=reason]").fill("A claim after a fall.")
        _type_day(page, "review_day", demo_site.now.date() + timedelta(days=90))
        page.locator("main form button.first").click()
        page.wait_for_url("**/holds?done=placed")
    return holds.first.get_attribute("href") or ""


def _type_day(page: Page, field: str, day: date) -> None:
    for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.locator(f"[name={field}-{part}]").fill(str(number))


def set_reading_preferences(demo_site: DemoSite, page: Page, reading_mode: str) -> None:
    page.context.add_cookies([{"name": "kith-comfort.elm-row", "value": reading_mode, "url": demo_site.home}])


OTHER_COLOURS: tuple[dict[str, Any], ...] = (
    {"color_scheme": "dark", "forced_colors": "none"},
    {"color_scheme": "light", "forced_colors": "active"},
)
ROLES = ("anybody", "member", "team owner", "secretary")
OVER_THE_EDGE = """() => [document.documentElement.scrollWidth - document.documentElement.clientWidth,
  [...document.querySelectorAll('svg.drawing')].flatMap(drawing => { const room = drawing.getBoundingClientRect();
    return [...drawing.querySelectorAll('text')].filter(text => { const taken = text.getBoundingClientRect();
      return taken.left < room.left - 1 || taken.right > room.right + 1 || taken.bottom > room.bottom + 2 })
      .map(text => text.textContent) })]"""
TOO_SMALL_TO_HIT = """() => [
    ...document.querySelectorAll('a, button, select, summary, label.pick, input:not([type=hidden]):not(.pick input)')
  ].filter(one => { const box = one.getBoundingClientRect();
    if (!box.width || one.classList.contains('skip') || getComputedStyle(one).display === 'inline') return false;
    return box.height < (one.matches('.button, button.first, label.pick') ? 44 : 24) })
  .map(one => 'too small to hit: ' + location.pathname + ' ' + one.outerHTML.slice(0, 80))"""
SPACED_LETTERS = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("reading_mode", ["plain", "easy-bigger"])
def test_every_page_can_be_used_by_everybody(demo_site: DemoSite, window: Window, role: str, reading_mode: str) -> None:
    """Of each page, opened once: axe finds nothing, nothing runs over the edge, what is to be hit is large, letters may be spaced out, and
    it can be read in the dark and in forced colours.
    """
    state, paths = pages(demo_site, window)[role]
    page = window(state, scripts=True)
    set_reading_preferences(demo_site, page, reading_mode)
    wrong: list[object] = []
    for path in paths:
        page.goto(path)
        wrong += violations(page, but=() if reading_mode == "plain" else COLOUR_RULES)
        wrong += _lost_in_other_colours(page) if reading_mode == "plain" and role == "member" else []
        wrong += page.evaluate(TOO_SMALL_TO_HIT)
        wrong += _over_the_edge(page, path)
        wrong += _lost_when_spaced_out(page, path)
        page.set_viewport_size({"width": PHONE, "height": 800})
    assert wrong == []


def _lost_in_other_colours(page: Page) -> list[str]:
    """Only the colours are others, so only what axe says of colours can be."""
    wrong: list[str] = []
    for colours in OTHER_COLOURS:
        page.emulate_media(**colours)
        wrong += [f"{colours}: {violation}" for violation in violations(page, COLOUR_RULES)]
    page.emulate_media(color_scheme="light", forced_colors="none")
    return wrong


def _over_the_edge(page: Page, path: str) -> list[object]:
    """320 px is a small phone, and a window of 1280 px at 400 %: zoom is fewer CSS pixels in the same window (WCAG 1.4.10)."""
    wrong: list[object] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        over, cut = page.evaluate(OVER_THE_EDGE)
        wrong += [(path, width, over)] if over > 0 else []
        wrong += [(path, width, text) for text in cut]
    return wrong


def _lost_when_spaced_out(page: Page, path: str) -> list[object]:
    """WCAG 1.4.12, on a small phone."""
    page.set_viewport_size({"width": min(WIDTHS), "height": 800})
    page.add_style_tag(content=SPACED_LETTERS)
    fits = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return [] if fits else [(path, "with letters spaced out")]


def test_a_page_weighs_little_and_asks_for_little(demo_site: DemoSite, window: Window) -> None:
    state, paths = pages(demo_site, window)["member"]
    page = window(state)
    # Each page is the first that somebody opens.
    page.context.new_cdp_session(page).send("Network.setCacheDisabled", {"cacheDisabled": True})
    answers = _record_responses(page)
    for path in paths:
        document = page.goto(path, wait_until="load")
        assert document
        # The icon of the page before may come after it.
        weights = [(response.url, len(gzip.compress(response.body()))) for response in answers[answers.index(document) :]]
        assert len(weights) <= 4, path
        assert sum(weight for _, weight in weights) <= FIRST_VIEW_BYTES, path
        assert all(weight <= CSS_BYTES for url, weight in weights if ".css" in url)
        assert all(weight <= HTML_BYTES for url, weight in weights if "/static/" not in url), path


def test_in_easy_read_every_sentence_has_a_drawing_beside_it(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.member)
    set_reading_preferences(demo_site, page, "easy")
    for path in ("/", "/motions", "/help", "/accessibility", "/privacy"):
        page.goto(path)
        rows = page.locator(".easyrows li")
        assert rows.count() > 0, path
        assert page.locator(".easyrows li > svg").count() == rows.count(), path
        assert page.locator("main > p:not(.paper)").filter(has_text=re.compile(r"\. .*\.")).count() == 0, path


def test_the_paper_ballot_and_the_card_each_fit_one_sheet_of_a4(demo_site: DemoSite, window: Window) -> None:
    """What it is about can be long, so it stands on sheets of its own behind the ballot."""
    page = window(demo_site.member, scripts=True, width=SHEET_WIDTH)
    page.goto("/motions")
    link = page.get_by_role("link", name=re.compile("quarter of an hour")).get_attribute("href")
    page.goto(f"{link}/paper")
    assert _count_printed_pages(page) <= SHEET_HEIGHT
    assert _count_pdf_pages(page) == 2
    page = window(demo_site.secretary, scripts=True, width=SHEET_WIDTH)
    page.goto("/members")
    page.get_by_role("table").get_by_role("link").nth(20).click()
    page.get_by_role("button", name="Make a card").click()
    page.locator(".code").wait_for()
    assert _count_printed_pages(page) <= SHEET_HEIGHT
    assert _count_pdf_pages(page) == 1


def test_print_leaves_out_what_paper_cannot_do(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.member)
    page.emulate_media(media="print")
    page.goto("/decisions")
    assert page.get_by_role("contentinfo").is_hidden()
    assert page.get_by_role("link", name="Help").is_hidden()
    assert page.get_by_text("Questions? Ring").is_visible()


def _record_responses(page: Page) -> list[Response]:
    """What the page is sent from now on."""
    sent: list[Response] = []

    def note(response: Response) -> None:
        sent.append(response)

    page.on("response", note)
    return sent


def _count_printed_pages(page: Page) -> int:
    """How far down the sheet reaches, in CSS pixels."""
    page.emulate_media(media="print")
    return int(page.evaluate("Math.ceil(document.querySelector('.sheet').getBoundingClientRect().bottom)"))


def _count_pdf_pages(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
