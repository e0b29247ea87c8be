"""Somebody is helped with the pages: by keyboard, without scripts, on the helper's device, which is theirs again afterwards."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Window, violations

NAME = "Petronella Aided"


def neighbour_with_a_card(page: Page) -> str:
    """Enters a new member and prints their card. Returns its code."""
    page.goto("/members/new")
    page.get_by_label(re.compile("full name", re.IGNORECASE)).fill(NAME)
    page.locator("[name=email]").fill("petronella.aided@example.org")
    page.locator("main form button").last.click()
    page.goto("/members?q=Petronella")
    page.get_by_role("link", name=NAME).click()
    page.locator("form[action$='/card'] button").click()
    return page.locator(".code").first.inner_text()


def check_as_on_a_phone(demo_site: DemoSite, window: Window, page: Page, path: str) -> None:
    looking = window(page.context.storage_state(), scripts=True, width=320)
    looking.goto(path)
    assert violations(looking) == []
    assert looking.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.capability("I5")
def test_help_begins_with_the_persons_code_is_on_every_page_and_ends(demo_site: DemoSite, window: Window) -> None:
    code = neighbour_with_a_card(window(demo_site.secretary))
    page = window(demo_site.member)
    page.goto("/you/sessions")
    page.get_by_role("link", name="Help somebody with these pages").click()
    check_as_on_a_phone(demo_site, window, page, "/helping")
    page.get_by_role("radio", name=re.compile("I fill in pages")).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(code)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    bar = page.get_by_role("region", name="Who helps you")
    expect(bar).to_contain_text(f"is helping {NAME}.")
    expect(bar).to_contain_text("You are signed out when you do nothing for 15 minutes")

    page.goto("/you/record/what_matters")
    page.get_by_role("textbox").first.fill("A walk along the river.")
    page.locator("main form button.first").click()
    check_as_on_a_phone(demo_site, window, page, "/you/sessions")
    page.goto("/you/sessions")
    expect(page.get_by_role("main")).to_contain_text("Filled in pages for you.")
    expect(page.get_by_role("main").get_by_role("listitem").filter(has_text=re.compile("^My record"))).to_be_visible()

    bar.get_by_role("button", name="Stop helping now").click()
    expect(page.get_by_role("main")).to_contain_text("You are yourself again.")
    expect(bar).to_have_count(0)
    page.goto("/you")
    expect(page.get_by_role("main")).not_to_contain_text(NAME)
