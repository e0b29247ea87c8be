"""A newcomer's hour: one household, by keyboard alone and without scripts, from the letter to signing in again without card and password.

Every page that they come to is looked at by axe as on a small phone, and holds at 1200 px too. It moves the demonstration's clocks by a
day, which signs out who is not on a device of their own, so that it runs after the other tests that share the demonstration.
"""

import asyncio
import re
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from playwright.sync_api import Page, expect

from scripts.cli.demo.clocks import CLOCK_FILE, DemoClocks
from scripts.cli.demo.folders import CO_OPS
from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass, admit_with_letter, open_office

NEWCOMER, SISTER, WORKER = "Rosalind Newcome", "Beatrix Newcome", "Corin Carer"
RIVER, SLOWLY, FALLS = "A walk along the river.", "Please speak slowly.", "She falls on stairs."


@pytest.mark.last(1)
@pytest.mark.capability("I1", "I2", "I3", "I4", "I5", "I6", "L5")
def test_a_newcomers_hour_by_keyboard_and_without_scripts(demo_site: DemoSite, window: Window) -> None:
    hour = Hour(demo_site, window)
    office = open_office(demo_site.demo, window)
    sister_link, _ = admit_with_letter(office, SISTER)
    worker_link, _ = admit_with_letter(office, WORKER)
    link, code = admit_with_letter(office, NEWCOMER)
    hour.glass.check(office)

    hour.newcomer.open(link)
    hour.newcomer.look()
    hour.newcomer.sign_in_with_letter(link)
    hour.newcomer.look()
    hour.sister.sign_in_with_letter(sister_link)
    hour.worker.sign_in_with_letter(worker_link)

    hour.she_fills_in_two_sections_with_a_helper(code)
    hour.her_sister_sees_one_field_for_a_month()
    hour.her_sister_acts_for_her_within_the_scope()
    hour.she_sees_who_looked()
    hour.she_turns_to_easy_read()
    hour.she_asks_for_her_data()
    hour.she_chooses_who_helps_her_sign_in()
    hour.a_certificate_expires_and_says_so(office)
    hour.she_signs_in_again_without_card_or_password()


class Hour:
    """The newcomer, her sister and a worker, each at a keyboard of their own."""

    def __init__(self, demo_site: DemoSite, window: Window) -> None:
        self._demo_site = demo_site
        self._window = window
        self.glass = MagnifyingGlass(window)
        self.newcomer, self.sister, self.worker = (Keyboard(window, self.glass) for _ in range(3))
        self._clocks = DemoClocks([demo_site.demo.folder_of_co_ops / co_op / CLOCK_FILE for co_op in CO_OPS])

    def she_fills_in_two_sections_with_a_helper(self, code: str) -> None:
        """On the device of the worker, which is theirs again afterwards."""
        helped = self.worker
        helped.open("/you/sessions")
        helped.follow("Help somebody with these pages", "/helping")
        helped.look()
        helped.choose("kind", "fills_in")
        helped.write("code", code)
        helped.tick("agreed")
        helped.send(helped.first_button, "/")
        expect(helped.page.get_by_role("region", name="Who helps you")).to_contain_text(f"is helping {NEWCOMER}.")
        for section, field, text in (("what_matters", "good_day", RIVER), ("communication", "understand", SLOWLY)):
            helped.open(f"/you/record/{section}")
            helped.write(f"text-{field}", text)
            helped.look()
            helped.send(helped.first_button, f"/you/record?done={section}")
        helped.look()
        helped.send(helped.page.get_by_role("button", name="Stop helping now"), "/helping?done=over")
        self.newcomer.open("/you/sessions")
        self.newcomer.expect_text("Filled in pages for you.")
        self.newcomer.look()

    def her_sister_sees_one_field_for_a_month(self) -> None:
        newcomer, until = self.newcomer, self._demo_site.now + timedelta(days=30)
        newcomer.open("/you/record/communication")
        newcomer.follow(re.compile("Choose who can see this.*What helps me understand"), "/you/record/sharing/communication.understand")
        newcomer.look()
        newcomer.write("q", SISTER)
        newcomer.send(newcomer.page.get_by_role("button", name="Find"), f"?q={SISTER.replace(' ', '+')}")
        newcomer.choose("who", newcomer.page.locator("input[name=who][value^='person:']").first.get_attribute("value") or "")
        newcomer.choose("ends", "day")
        newcomer.write_day("until", until)
        newcomer.send(newcomer.first_button, "?done=shared")
        newcomer.expect_text(re.compile(rf"{SISTER} can see what helps me understand until .*{until.day} {until:%B %Y}\."))
        newcomer.look()

        sister = self.sister
        sister.open("/you/shared")
        sister.look()
        sister.follow(NEWCOMER, "/record")
        sister.expect_text(SLOWLY)
        expect(sister.page.get_by_role("main")).not_to_contain_text(RIVER)
        sister.look()

    def her_sister_acts_for_her_within_the_scope(self) -> None:
        newcomer, sister = self.newcomer, self.sister
        newcomer.open("/you/people/new")
        newcomer.look()
        newcomer.write("holder_name", SISTER)
        newcomer.choose("kind", "relative")
        newcomer.tick("scope-health")
        newcomer.send(newcomer.first_button, "/you/people?done=given")
        newcomer.look()

        sister.open("/you/people")
        sister.send(sister.page.locator("button[name=accept]"), "/you/people?done=accepted")
        sister.look()
        sister.send(sister.page.locator("main form[action='/acting/begin'] button"), "/acting")
        sister.look()
        sister.open("/you/record/health")
        sister.write("text-risks", FALLS)
        sister.look()
        sister.send(sister.first_button, "/you/record?done=health")
        sister.open("/you/record/money")
        sister.expect_text("You may act for this person, but not in this: money.")
        sister.look()
        sister.send(sister.page.locator("form[action='/acting/stop'] button"), "/")

    def she_sees_who_looked(self) -> None:
        self.newcomer.open("/you/readers")
        reads = self.newcomer.page.get_by_role("main").get_by_role("listitem")
        by_her_sister = reads.filter(has_text=SISTER)
        for words in ("They saw how you talk and listen.", f"in the place of {NEWCOMER}", "They tried to see what you say of yourself."):
            expect(by_her_sister.filter(has_text=words).first).to_be_visible()
        self.newcomer.look()

    def she_turns_to_easy_read(self) -> None:
        """From here on her pages are in Easy Read."""
        self.newcomer.send(self.newcomer.page.get_by_role("button", name="Easy Read"), "/you/readers")
        expect(self.newcomer.page.locator("html.easy")).to_be_attached()
        expect(self.newcomer.page.locator(".easyrows li > svg").first).to_be_visible()
        self.newcomer.look()
        self.newcomer.open("/")
        self.newcomer.look()

    def she_asks_for_her_data(self) -> None:
        newcomer = self.newcomer
        newcomer.open("/you")
        newcomer.look()
        newcomer.open("/you/data")
        newcomer.expect_text(RIVER)
        newcomer.expect_text(SISTER)
        newcomer.look()
        newcomer.reach(newcomer.page.locator("main a[href='/you/data/file']"))
        with newcomer.page.expect_download() as download:
            newcomer.press("Enter")
        with zipfile.ZipFile(download.value.path()) as bundle:
            everything = b"".join(bundle.read(name) for name in bundle.namelist()).decode()
        assert all(text in everything for text in (RIVER, SLOWLY, FALLS))

    def she_chooses_who_helps_her_sign_in(self) -> None:
        for name in (SISTER, WORKER):
            self.newcomer.open("/you/recovery")
            self.newcomer.write("full_name", name)
            self.newcomer.send(self.newcomer.first_button, "/you/recovery?done=named")
        self.newcomer.look()
        for helper in (self.sister, self.worker):
            helper.open("/you/recovery")
            helper.send(helper.page.locator("button[name=accept]"), "/you/recovery")
            expect(helper.page.locator("button[name=accept]")).to_have_count(0)
        self.sister.look()

    def a_certificate_expires_and_says_so(self, office: Page) -> None:
        worker, today = self.worker, self._demo_site.now
        worker.open("/you/qualifications/new")
        worker.look()
        worker.choose("kind", worker.page.locator("input[name=kind]").nth(1).get_attribute("value") or "")
        worker.write_day("issued_on", today - timedelta(days=300))
        worker.write_day("expires_on", today)
        worker.write("note", "The secretary has seen the paper.")
        worker.send(worker.first_button, "/you/qualifications?done=added")
        worker.expect_text("Waiting for the secretary")
        office.goto("/qualifications")
        office.get_by_role("link", name=WORKER).click()
        self.glass.check(office)
        office.locator("button[value=verify]").click()
        worker.open("/you/qualifications")
        worker.expect_text("It counts")
        worker.look()

        moment = Timestamp()
        moment.FromDatetime(today)
        with ThreadPoolExecutor(1) as thread:  # the browser's own loop runs in this one
            thread.submit(asyncio.run, self._clocks.advance_past(moment, timedelta(hours=25))).result()
        worker.open("/news")
        deadline = time.monotonic() + 60
        while worker.page.get_by_text("The last day of your paper is over.").count() == 0:
            assert time.monotonic() < deadline, worker.page.get_by_role("main").inner_text()
            worker.open("/news")
        worker.look()
        worker.open("/you/qualifications")
        worker.expect_text("Its last day is over")
        expect(worker.page.get_by_role("main")).not_to_contain_text("It counts")
        worker.look()

    def she_signs_in_again_without_card_or_password(self) -> None:
        lost = Keyboard(self._window, self.glass)
        lost.open("/sign-in")
        lost.follow(re.compile("lost", re.IGNORECASE), "/recover")
        lost.look()
        lost.write("who", NEWCOMER)
        lost.send(lost.first_button, "/recover/wait")
        number = lost.page.locator(".code").inner_text()
        lost.look()
        for helper in (self.sister, self.worker):
            helper.open("/you/recovery")
            if helper is self.sister:
                helper.look()
            helper.send(helper.page.locator("main a[href^='/you/recovery/']"), "/you/recovery/*-*")
            helper.look()
            helper.write("spoken_number", number)
            helper.send(helper.first_button, "/you/recovery?done=vouched")
        lost.follow("Look again", "/recover/wait")
        lost.look()
        lost.choose("device", "own")
        lost.send(lost.first_button, "/you/password")
        lost.look()
        lost.open("/you")
        lost.expect_text(NEWCOMER)
        # Somebody may have found what she lost.
        self.newcomer.open("/you")
        expect(self.newcomer.page).to_have_url(re.compile("/sign-in"))
