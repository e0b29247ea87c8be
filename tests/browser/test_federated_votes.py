"""A voter follows their ballot in a federated vote: on their own receipt, and on another co-op's page."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Window


def open_vote_page(page: Page) -> None:
    page.goto("/votes")
    page.get_by_role("link", name=re.compile("one night line")).click()


def read_pseudonym(demo_site: DemoSite, window: Window) -> str:
    """The 16 letters of the secretary's own ballot."""
    page = window(demo_site.secretary)
    page.goto("/votes")
    path = page.get_by_role("link", name=re.compile("one night line")).get_attribute("href") or ""
    page.goto(path.removesuffix("/result") + "/receipt")
    return page.locator(".code").inner_text()


def test_the_receipt_says_how_far_the_ballot_came_in_four_words(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.secretary, width=320)
    page.goto("/votes")
    path = page.get_by_role("link", name=re.compile("one night line")).get_attribute("href") or ""
    page.goto(path.removesuffix("/result") + "/receipt")
    expect(page.get_by_text("Your vote is held by 2 of 2 other co-ops.")).to_be_visible()
    expect(page.get_by_role("img", name="The way of your vote")).to_contain_text("Counted: done.")


def test_the_letters_are_found_at_another_co_op_by_somebody_without_an_account_there(demo_site: DemoSite, window: Window) -> None:
    letters = read_pseudonym(demo_site, window)
    elsewhere = demo_site.demo.all_links[2].partition("/sign-in/")[0]
    assert elsewhere != demo_site.home
    page = window()
    page.goto(f"{elsewhere}/look-up")
    page.get_by_label("The 16 letters").fill(letters.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("elm-row")
    expect(page.get_by_role("main").get_by_text("Counted", exact=True)).to_be_visible()


def test_a_member_takes_bundle_and_pins_home_from_the_result(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.member)
    open_vote_page(page)
    expect(page.get_by_text("This is final.")).to_be_visible()
    for name in ("Keep the bundle as a file", "Keep the pins as a file"):
        with page.expect_download() as kept:
            page.get_by_role("link", name=name).click()
        assert kept.value.path().stat().st_size > 100


def test_no_table_of_a_vote_has_to_be_pushed_sideways_on_a_small_phone_or_with_large_letters(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.secretary, width=320, scripts=True)
    page.goto("/votes")
    path = (page.get_by_role("link", name=re.compile("one night line")).get_attribute("href") or "").removesuffix("/result")
    wide = []
    for more in ("", "/result", "/dispute", "/settle?kind=cuts&decision=4"):
        page.goto(f"{path}{more}")
        for width, letters in ((320, "125%"), (640, "250%")):
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate("letters => document.documentElement.style.fontSize = letters", letters)
            over = page.evaluate("() => [...document.querySelectorAll('.scroll')].filter(one => one.scrollWidth > one.clientWidth).length")
            wide += [(more, width)] * over
    assert wide == []


def test_a_table_that_became_a_list_is_still_read_as_a_table(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.member, width=320)
    open_vote_page(page)
    row = page.get_by_role("row", name=re.compile("Elm Row Care: Worker"))
    expect(row.get_by_role("rowheader")).to_be_visible()
    expect(row.get_by_role("cell").first).to_be_visible()
