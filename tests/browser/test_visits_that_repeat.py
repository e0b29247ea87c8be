"""Visits that repeat, by keyboard and without scripts, as on a small phone: planned, taken, changed from then on by one yes, and ended."""

import re
from datetime import timedelta

import pytest

from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, MagnifyingGlass

FIRST = "Every Monday and Thursday, at 6:10 in the morning, for 1 hour, until somebody ends it"
SECOND = "Every Monday, at 6:40 in the morning, for 1 hour, until somebody ends it"


@pytest.mark.capability("S1", "S6")
def test_visits_that_repeat_are_planned_taken_changed_and_ended(demo_site: DemoSite, window: Window) -> None:
    glass = MagnifyingGlass(window)
    owner, worker = Keyboard(window, glass), Keyboard(window, glass)
    owner.page = window(demo_site.team_owner, width=320)
    worker.sign_in_with_letter(demo_site.demo.team_worker_link)
    tomorrow = (demo_site.now + timedelta(days=1)).date().isoformat()

    _plan(owner, tomorrow)
    _take_them_all(worker)
    _propose_other_times(worker)
    _say_yes(owner)
    _end(owner, tomorrow)


def _plan(owner: Keyboard, tomorrow: str) -> None:
    owner.open("/week")
    owner.look()
    owner.follow("Plan visits that repeat", "/visits/series/new")
    if owner.page.locator("[name=who]:checked").count() == 0:
        owner.choose("who", owner.page.locator("[name=who]").first.get_attribute("value") or "")
    owner.choose("first_day-pick", tomorrow)
    for weekday in ("weekday-1", "weekday-4"):
        owner.tick(weekday)
    owner.write("start", "6:10")
    owner.choose("last_day-pick", "goes_on")
    owner.look()
    owner.send(owner.first_button, "/visits/series/new/check")
    owner.expect_text(FIRST)
    owner.look()
    owner.send(owner.first_button, "/visits/series/*?done=propose")
    owner.expect_text("Agreed")
    owner.look()


def _take_them_all(worker: Keyboard) -> None:
    worker.open("/visits/series")
    worker.look()
    worker.follow(FIRST, "/visits/series/*")
    worker.look()
    worker.send(worker.page.get_by_role("button", name="I can take them all"), "/visits/series/*")
    worker.expect_text(re.compile(r"You go to \d+ visits"))
    worker.look()


def _propose_other_times(worker: Keyboard) -> None:
    worker.open("/visits/series")
    worker.follow(FIRST, "/visits/series/*")
    worker.follow("Propose other times", "/visits/series/new?instead=*")
    worker.tick("weekday-4")
    worker.reach(worker.page.locator("[name=start]"))
    worker.press("Control+a")
    worker.page.keyboard.insert_text("6:40")
    worker.look()
    worker.send(worker.first_button, "/visits/series/new/check")
    worker.expect_text("they take the place of the visits so far")
    worker.look()
    worker.send(worker.first_button, "/visits/series/*?done=propose")
    worker.expect_text("Waits for a yes")


def _say_yes(owner: Keyboard) -> None:
    owner.open("/week")
    owner.follow("Visits that repeat wait for your yes", "/visits/series")
    owner.follow(SECOND, "/visits/series/*")
    owner.look()
    owner.send(owner.page.get_by_role("button", name="Yes, to all of them"), "/visits/series/*?done=agree")
    owner.expect_text("Somebody is still needed")
    owner.page.locator("main h3 a[href^='/visits/']").first.focus()
    owner.press("Enter")
    owner.page.wait_for_url(re.compile("/visits/[0-9a-f-]{36}$"))
    owner.look()
    owner.follow("This visit is one of several that repeat", "/visits/series/*")


def _end(owner: Keyboard, tomorrow: str) -> None:
    owner.follow("End these visits", "/visits/series/*/end")
    owner.choose("from_day-pick", tomorrow)
    owner.look()
    owner.send(owner.first_button, "/visits/series/*?done=end")
    owner.expect_text("No visit is planned.")
    owner.look()
