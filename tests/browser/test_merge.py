"""Two entries of one person become one, by keyboard and without scripts; the pages for it are accessible on a small phone."""

import re

from playwright.sync_api import Page

from tests.browser.conftest import DemoSite, Window, violations


def newcomer(page: Page, name: str) -> str:
    """Enters a new member, who is on no roll yet. Returns the path of their page."""
    page.goto("/members/new")
    page.get_by_label(re.compile("full name", re.IGNORECASE)).fill(name)
    page.locator("[name=email]").fill(f"{name.replace(' ', '.').lower()}@example.org")
    page.locator("main form button").last.click()
    page.goto(f"/members?q={name.split(maxsplit=1)[0]}")
    return page.get_by_role("link", name=name).get_attribute("href") or ""


def check_as_on_a_phone(demo_site: DemoSite, window: Window, path: str) -> None:
    looking = window(demo_site.secretary, scripts=True, width=320)
    looking.goto(path)
    assert looking.url.endswith(path)
    assert violations(looking) == []
    assert looking.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_two_entries_are_merged_by_keyboard_and_without_scripts(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.secretary)
    kept, other = newcomer(page, "Wilhelmina Twyce"), newcomer(page, "Wilhelmine Twice")
    page.goto(kept)
    page.get_by_role("link", name="This is the same person as somebody else in the list").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{kept}/merge")
    check_as_on_a_phone(demo_site, window, f"{kept}/merge")
    page.locator("#find").focus()
    page.keyboard.type("Wilhelmine")
    page.keyboard.press("Tab")
    page.keyboard.type("I rang her up.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{kept}/merge/check")
    assert page.get_by_text("Wilhelmine Twice", exact=True).is_visible()
    check_as_on_a_phone(demo_site, window, f"{kept}/merge/check")
    page.get_by_role("button", name="They are one person").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{kept}?done=merge")
    check_as_on_a_phone(demo_site, window, kept)
    page.get_by_role("link", name=re.compile("Wilhelmine Twice")).click()
    page.wait_for_url(f"**{other}")
    assert page.get_by_text("I rang her up.").is_visible()
    check_as_on_a_phone(demo_site, window, other)
