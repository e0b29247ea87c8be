"""Workers in control of their week, through the pages: by keyboard alone, without scripts, as on a small phone.

Nobody of the co-op's office does anything here but admit the three of them.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass, admit_with_letter, open_office

OWNER, FIRST, SECOND = "Olive Owner", "Wilma Wander", "Rory Round"


@pytest.mark.capability("S1")
def test_a_week_is_taken_confirmed_swapped_and_given_back_without_a_coordinator(demo_site: DemoSite, window: Window) -> None:
    journey = WorkersWeek(demo_site, window)
    journey.two_join_the_team()
    visit = journey.a_visit_is_asked_for_and_taken()
    journey.the_week_is_right()
    journey.it_is_swapped_when_both_say_yes(visit)
    journey.who_is_away_gives_it_back(visit)
    journey.the_person_asks_who_could(visit)


class WorkersWeek:
    """A person with a team of two volunteers, each at a keyboard of their own."""

    def __init__(self, demo_site: DemoSite, window: Window) -> None:
        self._demo_site = demo_site
        office, glass = open_office(demo_site.demo, window), MagnifyingGlass(window)
        self.owner, self.first, self.second = (Keyboard(window, glass) for _ in range(3))
        for keyboard, name in ((self.owner, OWNER), (self.first, FIRST), (self.second, SECOND)):
            keyboard.sign_in_with_letter(admit_with_letter(office, name)[0])

    def two_join_the_team(self) -> None:
        for worker, name in ((self.first, FIRST), (self.second, SECOND)):
            self.owner.open(f"/team/invite?q={name.replace(' ', '+')}")
            found = self.owner.page.locator("label").filter(has_text=name).locator("input[name=who]")
            self.owner.choose("who", found.get_attribute("value") or "")
            self.owner.choose("kind", "volunteer")
            self.owner.send(self.owner.first_button, "/team?done=invited")
            worker.open("/team")
            worker.send(worker.page.locator("button[value=joined]"), "/team?done=joined")

    def a_visit_is_asked_for_and_taken(self) -> str:
        """Next Tuesday at ten. Returns the visit's path."""
        tuesday = self._demo_site.now + timedelta(days=8 - self._demo_site.now.weekday())
        self.owner.open("/visits/new")
        self.owner.choose("day-pick", "other")
        self.owner.write_day("day", tuesday)
        self.owner.write("start", "10:00")
        self.owner.send(self.owner.first_button, "/visits/*?done=propose")
        visit = re.sub(r".*(/visits/[0-9a-f-]{36}).*", r"\1", self.owner.page.url)
        self.first.open(visit)
        self.first.look()
        self.first.send(self.first.page.locator("button[value=take]"), f"{visit}?done=take")
        return visit

    def the_week_is_right(self) -> None:
        worker = self.first
        worker.open("/week")
        worker.look()
        worker.follow("Where I go", "/week/mine")
        worker.look()
        worker.follow("The next week", "/week/mine?week=*")
        worker.expect_text(f"You go to {OWNER}")
        worker.expect_text("You have not said that it is right")
        worker.look()
        worker.send(worker.first_button, "/week/mine?week=*&done=right")
        worker.expect_text("You said on")
        worker.look()
        self.owner.open(f"/week?from={(self._demo_site.now + timedelta(days=7 - self._demo_site.now.weekday())).date()}")
        self.owner.expect_text(f"{FIRST} has said that this is right.")
        self.owner.look()

    def it_is_swapped_when_both_say_yes(self, visit: str) -> None:
        self.first.open(visit)
        self.first.follow("Offer a swap", f"{visit}/swap")
        colleague = self.first.page.locator("input[name=choice]").first
        self.first.choose("choice", colleague.get_attribute("value") or "")
        self.first.look()
        self.first.send(self.first.first_button, "/week/swaps?done=offered")
        self.first.look()
        self.second.open("/week/swaps")
        self.second.expect_text(f"{FIRST} offers you a visit")
        self.second.look()
        self.second.send(self.second.page.locator("button[value=accept]"), "/week/swaps?done=accept")
        self.second.expect_text("No swap waits for an answer.")
        self.owner.open(visit)
        self.owner.expect_text(SECOND)
        self.owner.look()

    def who_is_away_gives_it_back(self, visit: str) -> None:
        self.second.open("/week/away")
        self.second.look()
        self.second.follow("I am away on other days", "/week/away/days")
        self.second.look()
        self.second.open("/week/away")
        self.second.send(self.second.page.locator("button[value=open]"), "/week/away?done=away")
        self.second.expect_text("until you say that you are back")
        self.second.look()
        self.owner.open(visit)
        self.owner.expect_text("Nobody has taken this visit so far.")

    def the_person_asks_who_could(self, visit: str) -> None:
        self.owner.follow("Who could take it?", f"{visit}/who-could")
        assert self._card(self.owner, FIRST).locator("input[type=checkbox]").is_checked()
        assert self._card(self.owner, SECOND).inner_text().split() == ["RR", *SECOND.split(), "Cannot", "then"], "and not a word why"
        self.owner.look()
        self.owner.send(self.owner.page.get_by_role("button", name="Ask them"), f"{visit}/who-could?done=asked")
        self.owner.expect_text("Has been asked")
        self.owner.look()
        self.second.open(f"{visit}/who-could")
        self.second.expect_text("You have said that you are away then.")
        self.second.look()
        self.first.open(visit)
        self.first.send(self.first.page.locator("button[value=take]"), f"{visit}?done=take")
        self.owner.open(visit)
        self.owner.expect_text(FIRST)

    @staticmethod
    def _card(side: Keyboard, name: str) -> Locator:
        return side.page.locator("li .card").filter(has_text=name)
