"""What people print as PDF fits the sheet and keeps its columns, also with a name of 60 letters and no space.

The pages come from the fake services, so that one name can be on all of them.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.conftest import DemoSite
from tests.unit.web import fake_people
from tests.unit.web.fake_people import ADA, JO
from tests.unit.web.fake_services import CAPPED_MOTION, OPEN_MOTION, FakeServices
from tests.unit.web.fake_vote_services import DONE_VOTE, OPEN_VOTE
from tests.unit.web.scriptless_browser import ScriptlessBrowser

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis"
SHEET_WIDTH, SHEET_HEIGHT = 658, 986
"""A4 less margins of 18 mm, in CSS pixels of 1/96 inch."""
PRINTED = (
    "/members", f"/members/{JO}", f"/motions/{OPEN_MOTION}", f"/motions/{OPEN_MOTION}/paper", f"/motions/{OPEN_MOTION}/receipt",
    f"/motions/{CAPPED_MOTION}/result", f"/motions/{CAPPED_MOTION}/counted", "/decisions", "/rulebook", "/news", "/you", "/applications",
    "/paper-votes", f"/votes/{OPEN_VOTE}/paper", f"/votes/{OPEN_VOTE}/card", f"/votes/{OPEN_VOTE}/cards", f"/votes/{OPEN_VOTE}/receipt",
    f"/votes/{DONE_VOTE}/result", "/co-ops/invite", "/privacy", "/help",
)  # fmt: skip
BEYOND_THE_SHEET = """width => [...document.querySelectorAll('main *')].filter(part => { const box = part.getBoundingClientRect();
  return box.width && getComputedStyle(part).position !== 'absolute' && box.right > width + 1 }).map(part => part.outerHTML.slice(0, 80))"""


@pytest.fixture
def long_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for person in (ADA, JO):
        monkeypatch.setitem(fake_people.NAMES, person, (LONG_NAME, LONG_NAME[:20]))


@pytest.fixture
def sheet(demo_site: DemoSite, long_names: None) -> Iterator[Page]:
    context = fake_pages(demo_site.browser)
    yield context.new_page()
    context.close()


def fake_pages(browser: Browser) -> BrowserContext:
    """A window as wide as a sheet, on the pages of the fake services, in which Ada has voted."""
    pages = ScriptlessBrowser(FakeServices()).sign_in()
    pages.open(f"/motions/{OPEN_MOTION}/vote")
    pages.submit(f"/motions/{OPEN_MOTION}/vote", choice="for")
    pages.open(f"/motions/{OPEN_MOTION}/check")
    pages.submit(f"/motions/{OPEN_MOTION}/check")

    def respond(route: Route) -> None:
        path, sent = route.request.url.removeprefix("http://localhost"), route.request.post_data
        if sent is None:
            response: Any = pages.http.get(path, follow_redirects=True)
        else:
            headers = {"content-type": "application/x-www-form-urlencoded", "origin": pages.fakes.public_url}
            response = pages.http.post(path, content=sent, headers=headers, follow_redirects=True)
        route.fulfill(status=response.status_code, content_type=response.headers["content-type"], body=response.content)

    context = browser.new_context(viewport={"width": SHEET_WIDTH, "height": SHEET_HEIGHT})
    context.route("**/*", respond)
    return context


def open_in_print(page: Page, path: str) -> None:
    page.emulate_media(media="screen")
    page.goto(f"http://localhost{path}")
    page.emulate_media(media="print")


def test_nothing_runs_over_the_sheet_with_a_long_name(sheet: Page) -> None:
    beyond = {}
    for path in PRINTED:
        open_in_print(sheet, path)
        if found := sheet.evaluate(BEYOND_THE_SHEET, SHEET_WIDTH):
            beyond[path] = found
    assert beyond == {}


def test_the_members_list_keeps_its_columns_and_leaves_out_its_form(sheet: Page) -> None:
    open_in_print(sheet, "/members")
    assert sheet.get_by_role("link", name=LONG_NAME).first.is_visible()
    widths = sheet.evaluate("() => [...document.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.offsetWidth))")
    assert len(widths) == 3
    assert all(len(row) == 5 and min(row) > 40 for row in widths)
    assert sheet.get_by_role("cell", name="Supported member").is_visible()
    assert sheet.locator("form.filters").is_hidden()


def test_a_letter_for_a_long_name_is_one_sheet(sheet: Page) -> None:
    sheet.goto(f"http://localhost/members/{JO}")
    sheet.get_by_role("button", name="Make a card").click()
    sheet.locator(".code").wait_for()
    sheet.emulate_media(media="print")
    assert sheet.evaluate("Math.ceil(document.querySelector('.sheet').getBoundingClientRect().bottom)") <= SHEET_HEIGHT
    assert sheet.evaluate(BEYOND_THE_SHEET, SHEET_WIDTH) == []
