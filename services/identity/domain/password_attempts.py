"""Slows down who guesses passwords, and locks nobody out.

| wrong passwords within an hour                         | free | then a wait, doubled each time, of at most |
|--------------------------------------------------------|------|--------------------------------------------|
| for one account from one client (a network address)    | 5    | 60 seconds                                 |
| for one account, from anywhere                         | 30   | 8 seconds                                  |
| from one client, for any account                       | 30   | 8 seconds                                  |
| for one account from a browser that signed in before   | 50   | 60 seconds                                 |

A browser that signed in before is judged by its own failures alone, so that the guesses of others never keep the owner out (OWASP, "Slow
Down Online Guessing Attacks with Device Cookies"). A wait is counted from the last password that was tried; what was refused meanwhile
does not prolong it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Failures:
    """How often passwords were wrong within the window, and when last."""

    count: int
    last: datetime | None


@dataclass(frozen=True)
class Pace:
    """So many failures are free; then each further one doubles the wait, up to the longest."""

    free: int
    longest: timedelta

    def wait(self, failures: Failures, now: datetime) -> timedelta:
        """How long to wait still; not positive when the next password may be tried."""
        if failures.last is None or failures.count < self.free:
            return timedelta()
        return failures.last + min(timedelta(seconds=2 ** min(failures.count - self.free, 10)), self.longest) - now


_MINUTE, _MOMENT = timedelta(seconds=60), timedelta(seconds=8)
_ACCOUNT_AND_CLIENT, _ACCOUNT, _CLIENT, _KNOWN_BROWSER = Pace(5, _MINUTE), Pace(30, _MOMENT), Pace(30, _MOMENT), Pace(50, _MINUTE)


def wait_of_stranger(*, account_and_client: Failures, account: Failures, client: Failures, now: datetime) -> timedelta:
    """How long a client that never signed in to this account has to wait."""
    return max(_ACCOUNT_AND_CLIENT.wait(account_and_client, now), _ACCOUNT.wait(account, now), _CLIENT.wait(client, now))


def wait_of_known_browser(own: Failures, now: datetime) -> timedelta:
    """How long a browser that signed in to this account before has to wait."""
    return _KNOWN_BROWSER.wait(own, now)
