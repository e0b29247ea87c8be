"""How many challenges for passkeys are given out, so that nobody fills the database and nobody is locked out.

| within ten minutes                                 | at most | beyond that                                  |
|----------------------------------------------------|---------|----------------------------------------------|
| to one client (a network address) that is new here | 30      | the client waits                             |
| to one browser that signed in before               | 30      | the browser waits, whatever its network does |
| to one session, to add passkeys                    | 30      | the session waits                            |
| to all new clients together                        | 3,000   | new clients wait                             |

An answer needs a challenge, so answers have no limit of their own. Nothing is counted for a person: before the answer nobody knows whose
passkey it will be, and so nobody can use up another's tries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
_OWN, _NEW_CLIENTS = 30, 3_000
_LONGEST_WAIT = timedelta(seconds=60)


@dataclass(frozen=True)
class Given:
    """How many challenges were given out within the window, and when the first of them."""

    count: int
    first: datetime | None


def wait(own: Given, of_new_clients: Given | None, now: datetime) -> timedelta:
    """How long to wait for a challenge: nothing, or up to a minute. `of_new_clients` is None for a session or a known browser."""
    return max(_wait(own, _OWN, now), _wait(of_new_clients, _NEW_CLIENTS, now) if of_new_clients else timedelta())


def _wait(given: Given, most: int, now: datetime) -> timedelta:
    if given.count < most or given.first is None:
        return timedelta()
    return min(given.first + WINDOW - now, _LONGEST_WAIT)
