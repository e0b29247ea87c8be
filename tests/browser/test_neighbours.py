"""How two members become neighbours who help each other: by keyboard alone, without scripts, as on a small phone.

Two answer a post. One is met, and the Link is told and asks for a talk; the other gets a private no, which nothing tells apart from
silence.
"""

import re

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass, admit_with_letter, open_office

BOARD, MINE, PAIRS = "/people/neighbours", "/people/neighbours/mine", "/people/pairs"
ADA, BO, CY = "Ama Adjacent", "Bertie Byroad", "Ciara Crossways"
WORDS = "I can show you how to keep quails."


@pytest.mark.capability("T7")
def test_from_a_post_to_a_pair(demo_site: DemoSite, window: Window) -> None:
    office, glass = open_office(demo_site.demo, window), MagnifyingGlass(window)
    ada, bo, cy = (Keyboard(window, glass) for _ in range(3))
    for keyboard, name in ((ada, ADA), (bo, BO), (cy, CY)):
        link, _ = admit_with_letter(office, name)
        keyboard.sign_in_with_letter(link)
    _write(ada)
    for neighbour in (bo, cy):
        _search_and_answer(neighbour)
    before = _seen_by(cy)
    _say(ada, "Not for me", CY, "no")
    ada.look()
    assert _seen_by(cy) == before, "a no looks like silence"
    _say(ada, "Yes, I would like to meet", BO, "yes")
    for keyboard, other, done in ((ada, BO, "yes"), (bo, ADA, "paired")):
        keyboard.open(MINE)
        keyboard.expect_text("We tell the Link of our co-op once you both say yes.")
        _say(keyboard, "Yes, we have met, and I would like to", other, done)
        keyboard.look()

    office.goto(PAIRS)
    assert CY not in office.inner_text("main")
    glass.check(office)
    office.get_by_role("button", name=f"{ADA} and {BO}").click()
    office.wait_for_url(f"**{PAIRS}?done=asked")
    ada.open(MINE)
    ada.expect_text("the Link, asks you both: please talk to me first")
    ada.follow(re.compile(f"End it ?: {BO}"), "/end")
    ada.look()
    ada.send(ada.page.get_by_role("main").get_by_role("button"), f"{MINE}?done=ended")
    ada.look()
    bo.open(MINE)
    bo.expect_text("It came to an end")
    office.goto(PAIRS)
    assert ADA not in office.inner_text("main")
    assert _seen_by(cy) == before


def _write(ada: Keyboard) -> None:
    ada.open("/people")
    ada.follow("Neighbours who help each other", BOARD)
    ada.follow("Write what you offer or look for", f"{BOARD}/new")
    ada.look()
    ada.choose("side", "offer")
    ada.reach(ada.page.locator("[name=kind]"))
    ada.press("p", "Enter")
    ada.write("words", WORDS)
    ada.write("experience", "My son has a depression.")
    ada.write("times", "on Sundays")
    ada.send(ada.first_button, f"{BOARD}/new")
    ada.expect_text("It seems to say something of somebody else")
    ada.look()
    ada.tick("others_agreed")
    ada.send(ada.first_button, f"{MINE}?done=written")
    ada.expect_text("Can help: pets")
    ada.look()


def _search_and_answer(neighbour: Keyboard) -> None:
    neighbour.open(BOARD)
    neighbour.write("words", "quails sundays")
    neighbour.send(neighbour.page.get_by_role("button", name="Search"), f"{BOARD}?words=quails+sundays&side=&kind=")
    neighbour.expect_text(WORDS)
    neighbour.look()
    neighbour.send(_button(neighbour, "Yes, I would like to meet", ADA), f"{MINE}?done=yes")
    neighbour.look()


def _say(keyboard: Keyboard, words: str, other: str, done: str) -> None:
    keyboard.open(MINE)
    keyboard.send(_button(keyboard, words, other), f"{MINE}?done={done}")


def _button(keyboard: Keyboard, words: str, other: str) -> Locator:
    return keyboard.page.get_by_role("button", name=re.compile(f"{words} ?: {other}"))


def _seen_by(cy: Keyboard) -> tuple[str, str]:
    """What the pages show to who got the no."""
    seen = []
    for path in (MINE, f"{BOARD}?words=quails"):
        cy.open(path)
        seen.append(cy.page.inner_text("main"))
    return seen[0], seen[1]
