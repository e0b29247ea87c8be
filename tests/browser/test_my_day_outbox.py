"""What a worker wrote on their phone is sent by itself once somebody can be reached, and stands in its forms until then."""

import json
import re

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.conftest import DemoSite, Window
from tests.browser.phone import OUTBOX, minutes_ago, worker_with_a_visit_now

OWNER, WORKER = "Wendy Weaksignal", "Tom Tryagain"
PATIENCE = 15_000
_STEPS, _STEP_MS, _PAUSE_MS = 12, 20_000, 500
START, SAVE = re.compile("^I start now"), re.compile("^Save")


@pytest.mark.capability("L6", "S1")
def test_what_waits_is_sent_without_opening_the_page_again(demo_site: DemoSite, window: Window) -> None:
    phone = worker_with_a_visit_now(demo_site, window, OWNER, WORKER)
    day = phone.new_page()
    day.clock.install()
    day.goto("/today")
    posted: list[str] = []

    def fail_once(route: Route) -> None:
        posted.append(route.request.post_data or "")
        route.abort() if len(posted) == 1 else route.continue_()

    # The phone says that it has a network, and the first try reaches nobody.
    phone.route("**/today/send", fail_once)
    day.get_by_role("button", name=START).click()
    expect(day.get_by_text("There is no signal.")).to_be_visible(timeout=PATIENCE)
    day.locator("summary").first.click()
    day.locator("textarea").fill("Half a sentence")
    _let_time_pass(day)
    assert len(posted) == 2
    expect(day.locator("[data-no-signal]")).to_be_hidden()
    expect(day.locator("[data-waiting]")).to_be_hidden()
    expect(day.locator("textarea")).to_have_value("Half a sentence")  # what somebody is typing is not lost with the page

    day.goto("/today")
    expect(day.get_by_role("button", name=START)).to_have_count(0)
    day.get_by_role("button", name="Keep my day on this phone").click()
    expect(day.get_by_role("button", name="Do not keep it here")).to_be_visible(timeout=PATIENCE)
    phone.set_offline(True)
    day.goto("/today")
    expect(day.get_by_text("There is no signal.")).to_be_visible(timeout=PATIENCE)
    begun = minutes_ago(demo_site, day)
    day.locator("summary").first.click()
    day.locator("[name=start]").fill(begun)
    day.locator("textarea").fill("We made soup.")
    day.get_by_text("Not done", exact=True).click()
    day.get_by_label("Why?").fill("We talked instead.")
    day.get_by_role("button", name=SAVE).click()
    day.goto("/today")
    expect(day.locator("[data-waiting-list] > li")).to_have_count(1)

    # What waits is in its form again, and written once more it takes its own place.
    day.locator("summary").first.click()
    expect(day.locator("textarea")).to_have_value("We made soup.")
    expect(day.get_by_label("Why?")).to_have_value("We talked instead.")
    expect(day.locator("[name=start]")).to_have_value(begun)
    expect(day.locator("[name=end]")).to_have_value(re.compile(r"\d\d:\d\d"))
    day.locator("[name=end]").fill("")
    day.locator("textarea").fill("We made soup, and ate it.")
    day.get_by_role("button", name=SAVE).click()
    expect(day.locator("[data-waiting-list] > li")).to_have_count(1)
    phone.set_offline(False)
    _let_time_pass(day)
    day.locator("main ol h2 a").first.click()
    expect(day.get_by_text("We made soup, and ate it.").first).to_be_visible()
    expect(day.locator("main ol > li")).to_have_count(2)
    phone.close()


@pytest.mark.capability("L6", "S1")
def test_the_pressed_start_stands_in_the_form_of_a_day_that_is_opened_again(demo_site: DemoSite, window: Window) -> None:
    phone = worker_with_a_visit_now(demo_site, window, "Rose Reopened", "Paul Pressed")
    day = phone.new_page()
    day.goto("/today")
    planned = day.locator("[name=start]").input_value()
    phone.route("**/today/send", lambda route: route.abort())
    day.get_by_role("button", name=START).click()
    pressed = day.locator("[name=start]").input_value()
    assert pressed != planned
    for _ in range(2):
        day.goto("/today")
        expect(day.locator("[data-waiting-list] > li")).to_have_count(1)
        expect(day.locator("[name=start]")).to_have_value(pressed)
        expect(day.get_by_role("button", name=START)).to_be_hidden()
    phone.close()


def _let_time_pass(day: Page) -> None:
    """By the clock of the phone, until nothing waits on it; nobody touches it."""
    for _ in range(_STEPS):
        # The page opens itself again when something was sent: then there is nothing to ask for a moment.
        try:
            if not json.loads(day.evaluate(OUTBOX) or "[]"):
                return
            day.clock.fast_forward(_STEP_MS)
        except Error:
            pass
        day.wait_for_timeout(_PAUSE_MS)
    raise AssertionError(day.evaluate(OUTBOX))
