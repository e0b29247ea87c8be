"""A worker's phone, with scripts, on which a day is kept while there is no signal."""

import json
import re
from contextlib import suppress
from datetime import timedelta

from playwright.sync_api import BrowserContext, Error, Page

from tests.browser.conftest import DemoSite, Window
from tests.browser.keyboard import Keyboard, admit_with_letter, open_office

OUTBOX = "localStorage.getItem('kith-outbox')"
_LOOKS, _PAUSE_MS, _VISITS = 25, 200, 12


def wait_until_sent(day: Page) -> None:
    """Until nothing waits on the phone any more. The page shows that part only once its script has run, so it is asked of the phone.

    On a slow network the phone shows the page that it kept: then its worker opens it again.
    """
    waiting: list[object] = []
    for _ in range(_VISITS):
        for _ in range(_LOOKS):
            # The page opens itself again when something was sent: then there is nothing to ask for a moment.
            with suppress(Error):
                waiting = json.loads(day.evaluate(OUTBOX) or "[]")
                if not waiting:
                    return
            day.wait_for_timeout(_PAUSE_MS)
        day.goto("/today")
    raise AssertionError(waiting)


def worker_with_a_visit_now(demo_site: DemoSite, window: Window, owner_name: str, worker_name: str) -> BrowserContext:
    """The worker's phone: their own, and with scripts, under the policy that the pages have."""
    office = open_office(demo_site.demo, window)
    owner, worker = Keyboard(window, None), Keyboard(window, None)
    for keyboard, name in ((owner, owner_name), (worker, worker_name)):
        keyboard.sign_in_with_letter(admit_with_letter(office, name)[0])
    owner.open(f"/team/invite?q={worker_name.replace(' ', '+')}")
    found = owner.page.locator("label").filter(has_text=worker_name).locator("input[name=who]")
    owner.choose("who", found.get_attribute("value") or "")
    owner.choose("kind", "volunteer")
    owner.send(owner.first_button, "/team?done=invited")
    worker.open("/team")
    worker.send(worker.page.locator("button[value=joined]"), "/team?done=joined")
    soon = demo_site.now + timedelta(minutes=10)
    owner.open("/visits/new")
    owner.choose("day-pick", "other")
    owner.write_day("day", soon)
    owner.write("start", f"{soon:%H:%M}")
    owner.send(owner.first_button, "/visits/*?done=propose")
    visit = re.sub(r".*(/visits/[0-9a-f-]{36}).*", r"\1", owner.page.url)
    owner.open(f"{visit}/tasks")
    owner.write("company", "Read the paper with me")
    owner.send(owner.first_button, f"{visit}?done=tasks")
    worker.open(visit)
    worker.send(worker.page.locator("button[value=take]"), f"{visit}?done=take")
    state = worker.page.context.storage_state()
    phone: BrowserContext = window(state).context
    phone.close()
    return demo_site.browser.new_context(base_url=demo_site.home, viewport={"width": 320, "height": 640}, storage_state=state)


def minutes_ago(demo_site: DemoSite, page: Page) -> str:
    """A few, but not yesterday; a visit takes a minute at least."""
    while f"{demo_site.now:%H:%M}" == "00:00":
        page.wait_for_timeout(1000)
    now = demo_site.now
    return f"{max(now - timedelta(minutes=3), now.replace(hour=0, minute=0)):%H:%M}"
