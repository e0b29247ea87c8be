"""A member votes: on a phone, with the keyboard alone, with scripts switched off."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Window


def open_motion_page(page: Page) -> None:
    page.goto("/motions")
    page.get_by_role("link", name=re.compile("within a quarter of an hour")).click()


@pytest.mark.capability("I5")
def test_a_member_votes_on_a_phone_and_changes_their_mind(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.member, width=320)
    for choice in ("Yes", "No"):
        open_motion_page(page)
        page.get_by_role("link", name=re.compile("^(Vote|Change my vote)$")).click()
        page.get_by_role("radio", name=re.compile(f"^{choice}")).check()
        page.get_by_role("button", name="Check my vote").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your vote")
        page.get_by_role("button", name="Cast my vote").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your vote is recorded")
        expect(page.get_by_text("You said:")).to_contain_text(choice)
        expect(page.get_by_text("It is not secret from your own co-op.")).to_be_visible()


def test_a_vote_is_three_presses_from_home(demo_site: DemoSite, window: Window) -> None:
    """Choosing an answer is no press of its own: it is what the page is for."""
    page = window(demo_site.secretary)
    page.goto("/")
    main = page.get_by_role("main")
    presses = 0
    for name in ("Read and vote", "Vote", "Check my vote", "Cast my vote"):
        if page.get_by_role("radio").count():
            page.get_by_role("radio").last.check()
        main.get_by_role("button", name=name).or_(main.get_by_role("link", name=re.compile(f"^{name}"))).first.click()
        presses += 1
    expect(page.get_by_role("heading", level=1)).to_have_text("Your vote is recorded")
    assert presses - 1 <= 3, "from the page of the question"


def test_the_keyboard_alone_is_enough_and_focus_is_always_seen(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.member, scripts=True)
    open_motion_page(page)
    page.get_by_role("link", name=re.compile("^(Vote|Change my vote)$")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_visible()
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement, own = getComputedStyle(e), card = e.closest('.pick');
              const style = card ? getComputedStyle(card) : own;
              return [e.type || e.tagName, style.outlineStyle, parseFloat(style.outlineWidth)] }"""
        )
        reached.append(seen[0])
        assert seen[1:] == ["solid", 3] or seen[0] == "BODY", seen
        if seen[0] == "radio":
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
        if seen[0] == "submit" and "radio" in reached:
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your vote")


def test_the_first_press_of_tab_offers_to_skip_to_the_main_part(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.member)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main part")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_a_missing_answer_is_said_in_a_summary_that_has_the_focus(demo_site: DemoSite, window: Window) -> None:
    page = window(None)
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Your code")).to_be_focused()


def test_looking_at_a_link_does_not_use_it_up(demo_site: DemoSite, window: Window) -> None:
    """A mail scanner follows links; the secretary's own card is made here and looked at three times first."""
    page = window(demo_site.secretary)
    page.goto("/members")
    page.get_by_role("table").get_by_role("link").nth(10).click()
    page.get_by_role("button", name="Make a card").click()
    code = (page.locator(".code").text_content() or "").replace(" ", "")
    stranger = window(None)
    for _ in range(3):
        stranger.goto(f"/sign-in/{code}")
    stranger.get_by_role("button", name="Sign in").click()
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("Good ")


def test_a_paper_vote_needs_two_people_on_the_pages_too(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.secretary, width=1100)
    open_motion_page(page)
    page.get_by_role("link", name="Record a vote that came on paper or by phone").click()
    page.get_by_label("Member number").fill("23")
    page.get_by_role("radio", name=re.compile("^Yes")).check()
    page.get_by_role("button", name="Record this vote").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The vote is written down")
    expect(page.get_by_text("Waits for somebody else")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Enter it as the second person"))).to_have_count(0)


def test_a_motion_is_put_from_the_pages_and_its_notice_is_kept(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.secretary, width=1100)
    page.goto("/motions/new")
    page.get_by_label("The question", exact=True).fill("Shall we plant a tree?")
    page.get_by_label("What it is about", exact=True).fill("It gives shade.")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the motion")
    page.get_by_role("button", name="Put it to the members").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Shall we plant a tree?")
    expect(page.get_by_text("Coming", exact=True)).to_be_visible()


def test_a_new_member_is_added_and_can_be_found(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.secretary, width=1100)
    # The demonstration has 300 members, and another test may have added some, or merged the last one away.
    known = [number for number in range(301, 320) if is_member_number(page, number)]
    page.goto("/members/new")
    page.get_by_label("Full name").fill("Tamsin Wickerwork")
    page.get_by_label("Postal address").fill("9 Example Row")
    page.get_by_role("button", name="Add this member").click()
    expect(page.get_by_text("Tamsin Wickerwork").first).to_be_visible()
    said = page.get_by_text("member number", exact=False).first.inner_text()
    number = int(said.rpartition("member number ")[2].split()[0])
    # The next one, but for that of the one who was merged away.
    assert max(known, default=300) < number <= max(known, default=300) + 2
    assert is_member_number(page, number)
    expect(page.get_by_role("row").filter(has_text="Tamsin Wickerwork")).to_contain_text(str(number))


def is_member_number(page: Page, number: int) -> bool:
    page.goto(f"/members?q={number}")
    return page.get_by_role("table").count() > 0


def test_the_operator_reads_how_every_service_is(demo_site: DemoSite, window: Window) -> None:
    page = window(demo_site.secretary, width=1100)
    page.goto("/system")
    expect(page.get_by_text("Everything works")).to_be_visible()
    expect(page.get_by_text("It has heard all from membership.").first).to_be_visible()


def test_signing_out_closes_every_page(demo_site: DemoSite, window: Window) -> None:
    page = window(None)
    page.goto("/members")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
