"""How somebody comes to a team of her own: by keyboard alone, without scripts, as on a small phone; and the same with a helper and paper.

Her sister acts for her in the one, and fills in the pages beside her in the other. Three workers answer: one is met, tried, reviewed and
joins; one hears nothing; one gets a private no, which nothing tells apart from that. It moves the demonstration's clocks by two days, so
that it runs after the other tests that share the demonstration.
"""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from playwright.sync_api import Locator, expect

from scripts.cli.demo.clocks import CLOCK_FILE, DemoClocks
from scripts.cli.demo.folders import CO_OPS
from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass, admit_with_letter, open_office

MET = "Kofi Gallop"
"""Who tries it in the demonstration: the checks before a first visit are done."""
CALL_OUT = "Somebody who reads the paper with me on Saturdays."
DAYS_OF_VISITS = 3


@dataclass(frozen=True)
class Names:
    """Of the two times that the journey is made, each has people of its own, but for the one who is met."""

    person: str
    sister: str
    refused: str
    unanswered: str
    volunteer: str


ACTING = Names("Tamsin Tryer", "Sibyl Tryer", "Noel Nought", "Sila Silence", "Vera Volley")
ON_PAPER = Names("Prue Paper", "Pia Paper", "Nils Nothing", "Saul Stillness", "Viv Volunteer")


@pytest.mark.last(1)
@pytest.mark.capability("T1", "T2", "T3", "T6", "T8", "L10")
@pytest.mark.parametrize("names", [ACTING, ON_PAPER], ids=["her sister acts", "a helper and paper"])
def test_from_a_call_out_to_a_team(demo_site: DemoSite, window: Window, names: Names) -> None:
    journey = FirstTeam(demo_site, window, names)
    if names is ACTING:
        journey.her_sister_acts_for_her()
    else:
        journey.her_sister_helps_with_the_pages()
    journey.they_write_what_she_looks_for()
    journey.three_answer()
    journey.she_meets_one_and_says_no_to_another()
    journey.nothing_tells_a_no_from_silence()
    journey.they_try_it()
    journey.both_say_how_it_goes_and_that_it_goes_on()
    journey.a_volunteer_gets_no_task_without_the_papers()
    journey.her_profile_is_printed()


class FirstTeam:
    """The person, her sister and four others, each at a keyboard of their own. `hand` is who fills in the pages for her."""

    def __init__(self, demo_site: DemoSite, window: Window, names: Names) -> None:
        self._demo_site = demo_site
        self._names = names
        self._window = window
        self._office = open_office(demo_site.demo, window)
        # The second time they come to the same pages.
        self._glass = MagnifyingGlass(window) if names is ACTING else None
        self._clocks = DemoClocks([demo_site.demo.folder_of_co_ops / co_op / CLOCK_FILE for co_op in CO_OPS])
        self.person, self.sister, self.refused, self.unanswered, self.volunteer, self.met = (
            Keyboard(window, self._glass) for _ in range(6)
        )
        self._code = ""
        for keyboard, name in (
            (self.person, names.person),
            (self.sister, names.sister),
            (self.refused, names.refused),
            (self.unanswered, names.unanswered),
            (self.volunteer, names.volunteer),
        ):
            link, _ = admit_with_letter(self._office, name)
            keyboard.sign_in_with_letter(link)
        self.met.sign_in_with_letter(f"/sign-in/{self._new_code(MET)}")
        self.hand = self.sister

    def _new_code(self, name: str) -> str:
        self._office.goto(f"/members?q={name.replace(' ', '+')}")
        self._office.get_by_role("link", name=name).first.click()
        self._office.locator("form[action$='/card'] button").click()
        return "".join(filter(str.isalnum, self._office.locator(".code").inner_text()))

    def her_sister_acts_for_her(self) -> None:
        self.person.open("/you/people/new")
        self.person.write("holder_name", self._names.sister)
        self.person.choose("kind", "relative")
        self.person.tick("scope-team")
        self.person.send(self.person.first_button, "/you/people?done=given")
        self.sister.open("/you/people")
        self.sister.send(self.sister.page.locator("button[name=accept]"), "/you/people?done=accepted")
        self.sister.send(self.sister.page.locator("main form[action='/acting/begin'] button"), "/acting")

    def her_sister_helps_with_the_pages(self) -> None:
        self.sister.open("/helping")
        self.sister.choose("kind", "fills_in")
        self.sister.write("code", self._new_code(self._names.person))
        self.sister.tick("agreed")
        self.sister.send(self.sister.first_button, "/")

    def they_write_what_she_looks_for(self) -> None:
        hand = self.hand
        hand.open("/support/getting")
        hand.write("postcode", "ZZ1 1AA")
        hand.write("time_sat", "10:00-12:00")
        hand.write("tags", "newspapers")
        hand.choose("open", "on")
        hand.look()
        hand.send(hand.first_button, "/support/getting?done=saved")
        hand.look()
        hand.open("/people/call-outs/new")
        hand.write("words", CALL_OUT)
        hand.write_day("until_day", self.now + timedelta(days=20))
        hand.look()
        hand.send(hand.first_button, "/people/call-outs?done=written")
        hand.expect_text(CALL_OUT)
        hand.look()

    def three_answer(self) -> None:
        for worker, name in ((self.refused, self._names.refused), (self.unanswered, self._names.unanswered)):
            worker.open("/support/giving")
            worker.write("words", f"I am {name}, and I read a lot.")
            worker.write("postcode", "ZZ1 2AA")
            worker.write("reach_km", "8")
            worker.write("time_sat", "08:00-14:00")
            worker.write("hours_a_week", "10")
            worker.choose("works_as", "employed")
            worker.write("rate", "16.00")
            worker.choose("open", "on")
            if worker is self.refused:
                worker.look()
            worker.send(worker.first_button, "/support/giving?done=saved")
        for worker in (self.met, self.refused, self.unanswered):
            worker.open("/people/call-outs")
            worker.expect_text(CALL_OUT)
            if worker is self.met:
                worker.look()
            card = worker.page.locator("li .card").filter(has_text=self._names.person)
            worker.send(card.locator("button[value=yes]"), "/people?done=yes")

    def she_meets_one_and_says_no_to_another(self) -> None:
        hand = self.hand
        hand.open("/people")
        for name in (MET, self._names.refused, self._names.unanswered):
            hand.expect_text(name)
        hand.look()
        hand.send(self._answer(hand, MET, "yes"), "/people?done=yes")
        hand.send(self._answer(hand, self._names.refused, "no"), "/people?done=no")
        hand.expect_text("Only you know")
        hand.look()
        for side, other in ((self.met, self._names.person), (hand, MET)):
            side.open("/people")
            side.send(self._answer(side, other, "yes"), "/people?done=yes")
        self.met.look()

    def nothing_tells_a_no_from_silence(self) -> None:
        """Neither a page nor a number on it."""
        for path in ("/people", "/people/call-outs", "/people/reviews", "/team", "/news", "/"):
            texts = []
            for worker, name in ((self.refused, self._names.refused), (self.unanswered, self._names.unanswered)):
                worker.open(path)
                text = worker.page.get_by_role("main").inner_text().replace(name, "WORKER").replace(name.split()[0], "WORKER")
                # Each reader has an order of their own, drawn by lot.
                texts.append(sorted(re.sub(r"\d{1,2}:\d\d", "TIME", text).splitlines()))
            assert texts[0] == texts[1], path

    def they_try_it(self) -> None:
        """Two days later both write down the visits of three days."""
        moment = Timestamp()
        moment.FromDatetime(self.now)
        with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
            thread.submit(asyncio.run, self._clocks.advance_past(moment, timedelta(hours=24 * (DAYS_OF_VISITS - 1) + 1))).result()
        if self._names is ON_PAPER:
            # Helping ends by itself on the same day.
            self._office = open_office(self._demo_site.demo, self._window)
            self.her_sister_helps_with_the_pages()
        for ago in reversed(range(DAYS_OF_VISITS)):
            day = self.now - timedelta(days=ago)
            for side, done in ((self.met, "recorded"), (self.hand, "counted")):
                side.open("/people/reviews")
                card = side.page.locator("li .card").filter(has_text=self._names.person if side is self.met else MET)
                side.reach(card.get_by_role("link", name=re.compile("We met on another day")))
                side.press("Enter")
                side.write_day("day", day)
                side.send(side.first_button, f"/people/reviews?done={done}")
        self.met.open("/people/reviews")
        self.met.look()

    def both_say_how_it_goes_and_that_it_goes_on(self) -> None:
        for side, other in ((self.met, self._names.person), (self.hand, MET)):
            side.open("/people/reviews")
            side.reach(side.page.locator("li .card.now").filter(has_text=other).get_by_role("link"))
            side.press("Enter")
            side.choose("answer", "go_on")
            side.look()
            side.send(side.first_button, "/people/reviews?done=*")
        self.hand.look()
        self.met.open("/people")
        self.met.send(self._answer(self.met, self._names.person, "yes"), "/people?done=yes")
        self.hand.open("/people")
        self.hand.send(self._answer(self.hand, MET, "yes"), "/people?done=joined")
        self.person.open("/team")
        self.person.expect_text(MET)
        self.person.look()

    def a_volunteer_gets_no_task_without_the_papers(self) -> None:
        person, volunteer = self.person, self.volunteer
        person.open("/team")
        person.follow("Ask somebody to be in your team", "/team/invite")
        person.write("q", self._names.volunteer)
        person.send(person.page.get_by_role("button", name="Look for them"), f"?q={self._names.volunteer.replace(' ', '+')}")
        found = person.page.locator("label").filter(has_text=self._names.volunteer).locator("input[name=who]")
        person.choose("who", found.get_attribute("value") or "")
        person.choose("kind", "volunteer")
        person.look()
        person.send(person.first_button, "/team?done=invited")
        volunteer.open("/team")
        volunteer.look()
        volunteer.send(volunteer.page.locator("button[value=joined]"), "/team?done=joined")
        person.open("/team")
        card = person.page.locator("li .card").filter(has_text=self._names.volunteer)
        person.reach(card.get_by_role("link", name=re.compile("Give a task")))
        person.press("Enter")
        person.choose("task", "medicines")
        person.reach(person.first_button)
        person.press("Enter")
        person.expect_text("For this task they still need: DBS check, Medicines")
        person.look()
        person.open("/team")
        expect(person.page.locator("li .card").filter(has_text=self._names.volunteer)).not_to_contain_text("Medicines")

    def her_profile_is_printed(self) -> None:
        self.person.open("/you/record/about_me")
        self.person.write("text-story", "I was a typesetter.")
        self.person.send(self.person.first_button, "/you/record?done=about_me")
        self.person.follow("Print my record", "/you/record?print=yes")
        self.person.page.emulate_media(media="print")
        self.person.expect_text("I was a typesetter.")
        expect(self.person.page.get_by_text("Sign out")).to_be_hidden()

    @staticmethod
    def _answer(side: Keyboard, name: str, what: str) -> Locator:
        return side.page.locator("li .card").filter(has_text=name).locator(f"button[value={what}]")

    @property
    def now(self) -> datetime:
        """By the co-op's clock, and where it is."""
        offset = int((self._demo_site.demo.folder / CLOCK_FILE).read_text(encoding="ascii"))
        return datetime.now(ZoneInfo("Europe/London")) + timedelta(seconds=offset)
