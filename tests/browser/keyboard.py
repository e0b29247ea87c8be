"""People at a keyboard: they use the pages without a mouse and without scripts, and every page they come to is looked at by axe."""

import re
from datetime import datetime

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Window, violations
from tests.support.demo_process import DemoProcess, run_kith
from tests.unit.web.test_qr_code import read_qr

_MOST_TABS = 90


class MagnifyingGlass:
    """A window that may run scripts, as axe must: pages are shown in it as they are in another, and looked at."""

    def __init__(self, window: Window) -> None:
        self._page = window(scripts=True, width=320)
        self._page.goto("/help")

    def check(self, page: Page) -> None:
        """Axe finds nothing, and neither a small phone nor a wide window has to be scrolled sideways."""
        self._page.set_content(page.content())
        assert violations(self._page) == [], page.url
        for width in (1200, 320):
            self._page.set_viewport_size({"width": width, "height": 800})
            assert self._page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (page.url, width)


class Keyboard:
    """A person who uses the pages by keyboard alone, in a browser that runs no scripts."""

    def __init__(self, window: Window, glass: MagnifyingGlass | None) -> None:
        self.page = window(width=320)
        self._window = window
        self._glass = glass

    def open(self, path: str) -> None:
        """Once everybody has heard what was done before."""
        self._window.wait_until_heard()
        self.page.goto(path)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def reach(self, target: Locator) -> None:
        """Goes there with the tab key; from the top of a page past the navigation, by the link that skips it."""
        expect(target).to_be_attached()
        if self.page.evaluate("document.activeElement === document.body") and target.evaluate("it => Boolean(it.closest('main'))"):
            self.press("Tab", "Enter")
        for _ in range(_MOST_TABS):
            if target.evaluate("it => it === document.activeElement"):
                return
            self.press("Tab")
        message = f"{target} cannot be reached by keyboard on {self.page.url}"
        raise AssertionError(message)

    def choose(self, name: str, value: str) -> None:
        """A radio button: tab comes to its group, and the arrows go along it."""
        first = self.page.locator(f"input[name='{name}']")
        checked = self.page.locator(f"input[name='{name}']:checked")
        self.reach(checked if checked.count() else first.first)
        wanted = self.page.locator(f"input[name='{name}'][value='{value}']")
        for _ in range(first.count()):
            if wanted.evaluate("it => it === document.activeElement"):
                break
            self.press("ArrowDown")
        if not wanted.is_checked():
            self.press("Space")
        expect(wanted).to_be_checked()

    def tick(self, name: str) -> None:
        self.reach(self.page.locator(f"input[name='{name}']"))
        self.press("Space")

    def write(self, name: str, text: str) -> None:
        self.reach(self.page.locator(f"[name='{name}']:not([type=hidden])"))
        self.page.keyboard.insert_text(text)

    def write_day(self, name: str, day: datetime) -> None:
        for part, number in (("day", day.day), ("month", day.month), ("year", day.year)):
            self.write(f"{name}-{part}", str(number))

    def follow(self, name: str | re.Pattern[str], path: str) -> None:
        """Follows the link of this name in the page itself; it leads to this address."""
        self.reach(self.page.get_by_role("main").get_by_role("link", name=name).first)
        self.press("Enter")
        self.page.wait_for_url(f"**{path}")

    def send(self, button: Locator, path: str) -> None:
        """Presses the button; the page that comes has this address."""
        self.reach(button)
        self.press("Enter")
        self.page.wait_for_url(f"**{path}")

    @property
    def first_button(self) -> Locator:
        return self.page.locator("main form button.first").first

    def expect_text(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def look(self) -> None:
        """Nothing is wrong with the page that is open. Without a glass it is not looked at."""
        if self._glass is not None:
            self._glass.check(self.page)

    def sign_in_with_letter(self, link: str) -> None:
        self.open(link)
        self.choose("device", "own")
        self.send(self.page.get_by_role("button", name="Sign in"), "/")


def open_office(demo: DemoProcess, window: Window) -> Page:
    """A window in which the secretary has just signed in, with a link that the command line made."""
    made = run_kith("person", "link", "1", "--folder", demo.folder)
    [link] = re.findall(r"http://\S+/sign-in/\S+", made.stdout + made.stderr)
    office = window()
    office.goto(link)
    office.get_by_role("button", name="Sign in").click()
    office.wait_for_url("**/")
    return office


def admit_with_letter(office: Page, name: str) -> tuple[str, str]:
    """The secretary enters them as a member and prints their letter. Returns what the square leads to, and the code."""
    office.goto("/members/new")
    office.locator("[name=full_name]").fill(name)
    office.locator("[name=email]").fill(f"{name.replace(' ', '.').lower()}@example.org")
    office.locator("main form button").last.click()
    office.wait_for_url(re.compile("/members/[0-9a-f-]{36}"))
    office.locator("form[action$='/card'] button").click()
    code = office.locator(".code").inner_text()
    [link] = read_qr(office.content())
    return link, code
