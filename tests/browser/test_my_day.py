"""A worker's phone loses its signal in the middle of a visit: nothing that they write is lost, and nothing counts twice."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Window, violations
from tests.browser.phone import OUTBOX, minutes_ago, wait_until_sent, worker_with_a_visit_now

OWNER, WORKER = "Olga Outofreach", "Walt Walkaround"
PATIENCE = 15_000


@pytest.mark.capability("L6", "S1")
def test_a_visit_is_started_and_written_down_without_signal(demo_site: DemoSite, window: Window) -> None:
    phone = worker_with_a_visit_now(demo_site, window, OWNER, WORKER)
    day = phone.new_page()
    day.goto("/today")
    expect(day.get_by_text(f"You go to {OWNER}")).to_be_visible()
    expect(day.get_by_text("Read the paper with me").first).to_be_visible()
    assert violations_of(demo_site, day) == []
    day.get_by_role("button", name="Keep my day on this phone").click()
    expect(day.get_by_role("button", name="Do not keep it here")).to_be_visible(timeout=PATIENCE)
    day.goto("/today/facts")
    day.goto("/today")

    phone.set_offline(True)
    day.goto("/today")
    expect(day.get_by_text("There is no signal.")).to_be_visible(timeout=PATIENCE)
    day.get_by_role("button", name="I start now").click()
    expect(day.get_by_role("heading", name="Waits on this phone")).to_be_visible()
    day.locator("summary").first.click()
    day.locator("textarea").fill("We made soup.")
    day.locator("[name=start]").fill(minutes_ago(demo_site, day))
    day.get_by_role("button", name=re.compile("^Save")).click()
    expect(day.locator("[data-waiting-list] > li")).to_have_count(1)  # nothing is taken for done
    day.get_by_text("Not done", exact=True).click()
    day.get_by_role("button", name=re.compile("^Save")).click()
    expect(day.locator("[data-waiting-list] > li")).to_have_count(1)  # and what was not done has a reason
    day.get_by_label("Why?").fill("We talked instead.")
    day.get_by_role("button", name=re.compile("^Save")).click()
    day.goto("/today/facts")
    expect(day.get_by_role("heading", name=OWNER)).to_be_visible()
    day.goto("/today")
    waiting = day.locator("[data-waiting-list] > li")
    expect(waiting).to_have_count(2)
    assert violations_of(demo_site, day) == []

    # Its outbox survives in a copy, too: a phone that is set back sends its day a second time.
    kept = day.evaluate(OUTBOX)
    assert [entry["fields"]["do"] for entry in json.loads(kept)] == ["start", "write"]
    phone.set_offline(False)
    day.goto("/today")
    wait_until_sent(day)
    expect(day.get_by_text("We made soup.")).to_have_count(0)
    day.evaluate("kept => localStorage.setItem('kith-outbox', kept)", kept)
    day.goto("/today")
    wait_until_sent(day)
    day.locator("main ol h2 a").first.click()
    expect(day.get_by_text("We made soup.")).to_have_count(2)
    expect(day.get_by_text("Not done: We talked instead.")).to_have_count(2)
    expect(day.locator("main ol > li")).to_have_count(2)

    day.get_by_role("button", name="Sign out").click()
    day.wait_for_url("**/signed-out")
    phone.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        day.goto("/today")


def violations_of(demo_site: DemoSite, page: Page) -> list[str]:
    """What axe finds, in a window whose policy lets it run; the page is shown there as it is here."""
    context = demo_site.context(scripts=True, width=320)
    copy = context.new_page()
    copy.goto("/help")
    copy.set_content(page.content())
    found = violations(copy)
    context.close()
    return found
