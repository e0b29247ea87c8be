"""One browser for all browser tests: Debian's Chromium, used as a person would, with scripts switched off.

axe needs scripts to check a page, so that runs in a second browser context of the same person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from scripts.cli.demo.clocks import CLOCK_FILE
from tests.support.demo_process import DemoProcess
from tests.support.heard_events import HeardEvents

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""A third of the time that axe takes: where the same page was looked at in other letters, its colours are the same."""
_HAS_AXE = "typeof window.axe === 'object'"
_RUN_AXE = """options => axe.run(document, options).then(({violations}) =>
  violations.flatMap(({id, nodes}) => nodes.map(node => id + ': ' + node.html.slice(0, 120))))"""


@dataclass
class Site:
    """A co-op's pages, and a browser."""

    browser: Browser
    home: str
    heard: HeardEvents

    def context(
        self, storage_state: StorageState | None = None, *, width: int = 390, scripts: bool = False, **more: object
    ) -> BrowserContext:
        """A separate browser context. `scripts` allows test tools to run scripts; the pages have none."""
        return self.browser.new_context(
            base_url=self.home,
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            bypass_csp=scripts,
            storage_state=storage_state,
            **more,  # type: ignore[arg-type]  # what the browser calls them
        )


@dataclass
class DemoSite(Site):
    """The demo's first co-op, and the stored sign-ins of a member, of somebody with a team, and of the secretary."""

    member: StorageState
    secretary: StorageState
    team_owner: StorageState
    demo: DemoProcess

    @property
    def now(self) -> datetime:
        """By the co-op's clock, and where it is."""
        offset = int((self.demo.folder / CLOCK_FILE).read_text(encoding="ascii"))
        return datetime.now(ZoneInfo("Europe/London")) + timedelta(seconds=offset)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_site(demo: DemoProcess, browser: Browser) -> Iterator[DemoSite]:
    home = demo.links[0].partition("/sign-in/")[0]
    member, secretary, team_owner = (_signed_in(browser, link) for link in (*demo.links, demo.team_owner_link))
    heard = HeardEvents(demo.folder)
    yield DemoSite(browser, home, heard, member, secretary, team_owner, demo)
    heard.close()


class Window:
    """Opens browser windows, and closes them all after the test."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._opened: list[BrowserContext] = []

    def __call__(self, storage_state: StorageState | None = None, **how: object) -> Page:
        context = self._site.context(storage_state, **how)  # type: ignore[arg-type]  # the same, passed on
        self._opened.append(context)
        return context.new_page()

    def wait_until_heard(self) -> None:
        """Until what was done in one window is known to every service of the co-op."""
        self._site.heard.wait()

    def close(self) -> None:
        for context in self._opened:
            context.close()


@pytest.fixture
def window(demo_site: DemoSite) -> Iterator[Window]:
    opened = Window(demo_site)
    yield opened
    opened.close()


def violations(page: Page, rules: Sequence[str] = RULES, *, but: Sequence[str] = ()) -> list[str]:
    """Every violation of these rules or kinds of rules, `but` some, that axe finds, as one line each."""
    off = {rule: {"enabled": False} for rule in but}
    options = {"runOnly": list(rules), "rules": off, "resultTypes": ["violations"]}
    if not page.evaluate(_HAS_AXE):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_RUN_AXE, options)
    return [f"{page.url}: {violation}" for violation in found]


def _signed_in(browser: Browser, link: str) -> StorageState:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    state = context.storage_state()
    context.close()
    return state
