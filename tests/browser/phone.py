"""A worker's phone, with scripts, on which a day is kept while there is no signal."""

import json
from contextlib import suppress

from playwright.sync_api import Error, Page

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
