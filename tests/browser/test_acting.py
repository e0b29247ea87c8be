"""Acting for somebody in two windows: what is in the scope on a small phone, and a right that ends while somebody writes."""

import pytest
from playwright.sync_api import Page, StorageState

from tests.browser.conftest import DemoSite, Window, violations

WRITTEN = "She falls on stairs."
PAGES = ("/acting", "/you/record", "/you/record/health", "/you/readers", "/you/data", "/you/data/erase")
"""The others are as in `test_accessibility.py`, but for the same bar and navigation."""


def own_name(page: Page) -> str:
    page.goto("/you")
    return page.locator("main dl dd").first.inner_text()


def give(giver: Page, holder: Page, name: str) -> None:
    """The giver lets the holder act in three scopes; the holder accepts and begins."""
    giver.goto("/you/people/new")
    giver.locator("[name=holder_name]").fill(name)
    giver.locator("[name=kind][value=friend]").check()
    for scope in ("health", "data_rights", "notices"):
        giver.locator(f"[name=scope-{scope}]").check()
    giver.locator("main form button").last.click()
    giver.wait_for_url("**/you/people?done=given")
    holder.goto("/you/people")
    holder.locator("button[name=accept]").first.click()
    holder.wait_for_url("**/you/people?done=accepted")
    holder.locator("main form[action='/acting/begin'] button").first.click()
    holder.wait_for_url("**/acting")


def check_on_a_small_phone(demo_site: DemoSite, window: Window, state: StorageState, subject: str) -> None:
    looking = window(state, scripts=True, width=320)
    for path in PAGES:
        looking.goto(path)
        assert looking.get_by_text(f"for {subject}: you are acting for {subject}.").is_visible(), path
        assert violations(looking) == []
        assert looking.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    looking.goto("/you/record/money")
    assert looking.get_by_text("You may act for this person, but not in this: money.").is_visible()
    assert violations(looking) == []


@pytest.mark.capability("I4")
def test_a_right_that_ends_while_somebody_writes_says_so_and_keeps_what_they_wrote(demo_site: DemoSite, window: Window) -> None:
    giver, holder = window(demo_site.member), window(demo_site.secretary)
    subject, actor = own_name(giver), own_name(holder)
    give(giver, holder, actor)
    try:
        check_on_a_small_phone(demo_site, window, demo_site.secretary, subject)
        holder.goto("/you/record/health")
        holder.locator("[name=text-risks]").fill(WRITTEN)
        giver.goto("/you/people")
        giver.locator("button[name=end]").filter(has_text=actor).first.click()
        giver.wait_for_url("**/you/people?done=ended")

        holder.locator("main form button.first").click()
        assert holder.get_by_text("You may no longer act for this person.").is_visible()
        assert holder.get_by_text("you are acting for").count() == 0
        giver.goto("/you/record/health")
        assert giver.locator("[name=text-risks]").input_value() != WRITTEN
        holder.goto("/you/record/health")
        assert holder.locator("[name=text-risks]").input_value() != WRITTEN, "it is not of one's own"

        give(giver, holder, actor)
        holder.goto("/you/record/health")
        assert holder.locator("[name=text-risks]").input_value() == WRITTEN
        holder.locator("main form button.first").click()
        holder.wait_for_url("**/you/record?done=health")
        giver.goto("/you/record/health")
        assert giver.locator("[name=text-risks]").input_value() == WRITTEN
        giver.goto("/you/readers")
        assert giver.get_by_text(f"in the place of {subject}").first.is_visible()
    finally:
        holder.goto("/acting")
        if stop := holder.locator("form[action='/acting/stop'] button").all():
            stop[0].click()
