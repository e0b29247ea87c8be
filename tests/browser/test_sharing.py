"""How two share a visit, and do something together: by keyboard alone, without scripts, as on a small phone."""

import re
from datetime import timedelta

import pytest

from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass, admit_with_letter, open_office

AMA, BEA, VERA = "Ama Allotment", "Bea Bandstand", "Vera Viaduct"
SHARING = "/visits/sharing"


@pytest.mark.capability("T9")
def test_two_share_a_visit_and_come_together(demo_site: DemoSite, window: Window) -> None:
    office, glass = open_office(demo_site.demo, window), MagnifyingGlass(window)
    ama, bea, vera = (Keyboard(window, glass) for _ in range(3))
    for keyboard, name in ((ama, AMA), (bea, BEA), (vera, VERA)):
        keyboard.sign_in_with_letter(admit_with_letter(office, name)[0])
    for owner, member, name, kind in ((ama, bea, BEA, "friend"), (ama, vera, VERA, "volunteer"), (bea, vera, VERA, "volunteer")):
        _join(owner, member, name, kind)
    visit = _plan(ama, demo_site)

    ama.open(visit)
    ama.follow("Share this visit", f"{visit}/share")
    ama.look()
    ama.choose("who", ama.page.locator("label").filter(has_text=BEA).locator("input").get_attribute("value") or "")
    ama.choose("split", "most")
    ama.send(ama.first_button, f"{SHARING}/*?done=proposed")
    ama.expect_text(f"Waits for {BEA}")
    ama.expect_text(f"You pay 2/3, and {BEA} pays 1/3.")
    ama.look()
    sharing = re.sub(rf".*({SHARING}/[0-9a-f-]{{36}}).*", r"\1", ama.page.url)

    bea.open("/")
    bea.follow("Somebody asks you to share a visit", sharing)
    bea.expect_text(f"You pay 1/3, and {AMA} pays 2/3.")
    bea.expect_text(VERA)
    bea.look()
    bea.send(bea.page.locator("button[value=yes]"), f"{sharing}?done=yes")
    bea.look()
    vera.open(visit)
    vera.expect_text(f"To {AMA} and {BEA}")
    vera.send(vera.page.locator("button[value=take]"), f"{visit}?done=take")
    for keyboard, words in ((ama, f"To you, and {BEA} is there too"), (bea, f"At the home of {AMA}, and you share it")):
        keyboard.open("/week")
        keyboard.expect_text(words)
        keyboard.look()
        keyboard.open(visit)
        keyboard.expect_text(VERA)
        keyboard.look()
    assert not bea.page.locator("button[value=cancel]").count(), "the plan is the other's"
    bea.open(SHARING)
    bea.look()
    bea.follow(f"Visits at the home of {AMA}", sharing)
    bea.send(bea.page.locator("button[value=end]"), f"{SHARING}?done=end")
    ama.open(visit)
    assert BEA not in ama.page.inner_text("main")

    _come_together(ama, bea, demo_site)


def _join(owner: Keyboard, member: Keyboard, name: str, kind: str) -> None:
    owner.open(f"/team/invite?q={name.replace(' ', '+')}")
    found = owner.page.locator("label").filter(has_text=name).locator("input[name=who]")
    owner.choose("who", found.get_attribute("value") or "")
    owner.choose("kind", kind)
    owner.send(owner.first_button, "/team?done=invited")
    member.open("/team")
    member.send(member.page.locator("button[value=joined]").first, "/team?done=joined")


def _plan(ama: Keyboard, demo_site: DemoSite) -> str:
    ama.open("/visits/new")
    ama.choose("day-pick", "other")
    ama.write_day("day", demo_site.now + timedelta(days=2))
    ama.write("start", "12:00")
    ama.send(ama.first_button, "/visits/*?done=propose")
    return re.sub(r".*(/visits/[0-9a-f-]{36}).*", r"\1", ama.page.url)


def _come_together(ama: Keyboard, bea: Keyboard, demo_site: DemoSite) -> None:
    ama.open("/people")
    ama.follow("Do something together", "/together")
    ama.look()
    ama.follow("Say what you do", "/together/new")
    ama.look()
    ama.write("what", "Soup and card games")
    ama.choose("kind", "meal")
    ama.write("where", "The hall by the park")
    ama.choose("day-pick", "other")
    ama.write_day("day", demo_site.now + timedelta(days=3))
    ama.write("start", "14:00")
    ama.choose("step_free", "yes")
    ama.send(ama.first_button, "/together/*?done=announced")
    soup = re.sub(r".*(/together/[0-9a-f-]{36}).*", r"\1", ama.page.url)
    bea.open("/together")
    bea.follow("Soup and card games", soup)
    assert "Who comes" not in bea.page.inner_text("main"), "only who comes sees who comes"
    bea.choose("as", "helper")
    bea.choose("shows", "yes")
    bea.send(bea.first_button, f"{soup}?done=join")
    bea.expect_text("You come with a helper")
    bea.look()
    ama.open(soup)
    ama.expect_text(BEA)
    ama.expect_text("2 people come.")
    ama.look()
