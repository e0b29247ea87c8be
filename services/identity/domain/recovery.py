"""Recovery: a person who lost card and password signs in again, once two people whom they named confirm it is them.

Nobody learns a secret.

The browser that asks gets a key, which it keeps, and a number of six digits made of it, which it shows. The person says the number to two
of their helpers, face to face or by phone; each types it. No helper sees the key, and nobody but the asking browser can go on.

| a request is | and then                                                   | becomes                                              |
|--------------|------------------------------------------------------------|------------------------------------------------------|
| WAITING      | two different people confirm within 72 hours               | READY, for 24 hours or what is left of the 72        |
| WAITING      | 72 hours are over                                          | OVER                                                 |
| READY        | a helper who confirmed leaves, is taken back or is merged  | WAITING                                              |
| READY        | the asking browser goes on                                 | OVER: signed in; the person's other requests too     |
| READY        | its time is over                                           | OVER                                                 |
| either       | the person, who is still signed in, stops it               | stopped, which looks like WAITING until its 72 hours |

A name that nobody has, or several have, and a person with fewer than two helpers get a request that stays WAITING: the answer never says
who exists. Several requests for one person stand side by side, so that nobody keeps the person out by asking first.

| asking within an hour        | free | then a wait, doubled each time, of at most |
|------------------------------|------|--------------------------------------------|
| for one name, from one client | 5   | 60 seconds                                 |
| from one client               | 30  | 60 seconds                                 |
| for one name                  | 30  | 8 seconds                                  |
| anybody, for anybody          | 300 | 2 seconds                                  |

A browser in which the person signed in before is judged by its own requests alone. What is refused prolongs no wait.

A helper may type five wrong numbers an hour, then waits up to ten minutes; the other helpers do not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kith.identity.v1.enums import RecoveryState
from libs.refusals import FailedPrecondition, invalid
from services.identity.domain.password_attempts import Failures, Pace

KEY_PURPOSE, NUMBER_OF_KEY_PURPOSE = "recovery key", "recovery number of a key"
"""The purposes under which keyed hashes of the browser's key are made."""
HELPERS_NEEDED = 2
MOST_HELPERS = 3
MOST_HELPED = 20
LASTS = timedelta(hours=72)
READY_FOR = timedelta(hours=24)
WINDOW = timedelta(hours=1)
TOLD_EVERY = timedelta(hours=1)
"""Requests that follow each other within this time are told once."""
REPEATABLE_FOR = timedelta(minutes=10)
"""So long the same browser gets the same session again: its answer may have been lost."""
MOST_WHO_LENGTH = 254
_DIGITS = 6

_MINUTE = timedelta(seconds=60)
_NAME_AND_CLIENT, _CLIENT = Pace(5, _MINUTE), Pace(30, _MINUTE)
_NAME, _ANYBODY = Pace(30, timedelta(seconds=8)), Pace(300, timedelta(seconds=2))
_WRONG_NUMBERS = Pace(5, timedelta(minutes=10))


@dataclass(frozen=True)
class RecoveryRequest:
    """A stored request; without a person it stays waiting."""

    id: UUID
    person: UUID | None
    asked_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    used_session: UUID | None

    def ends_at(self, vouched: Mapping[UUID, datetime]) -> datetime:
        """When it is over. `vouched` are the different people who confirmed, and when; the second one makes it ready."""
        in_order = sorted(vouched.values())
        second = in_order[HELPERS_NEEDED - 1] if len(in_order) >= HELPERS_NEEDED else None
        return max(self.expires_at, second + READY_FOR) if second else self.expires_at

    def state(self, vouched: Mapping[UUID, datetime], now: datetime) -> RecoveryState:
        """`vouched` as above."""
        if now >= self.ends_at(vouched) or self.used_session is not None:
            return RecoveryState.OVER
        return RecoveryState.READY if len(vouched) >= HELPERS_NEEDED and self.closed_at is None else RecoveryState.WAITING

    def repeats_session(self, now: datetime) -> UUID | None:
        """The session that began with this request a moment ago."""
        is_repeat = self.closed_at is not None and now - self.closed_at < REPEATABLE_FOR
        return self.used_session if is_repeat else None


def spoken_number(random: bytes) -> str:
    """Six digits made of at least 8 random bytes."""
    return f"{int.from_bytes(random[:8]) % 10**_DIGITS:0{_DIGITS}}"


def parse_spoken_number(typed: str) -> str:
    """The digits, without the spaces and hyphens that people put between them. Raises Invalid SPOKEN_NUMBER_MALFORMED."""
    digits = typed.strip()[:40].replace(" ", "").replace("-", "")
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        raise invalid("spoken_number", "SPOKEN_NUMBER_MALFORMED")
    return digits


def require_may_name(person: UUID, helper: UUID, named: Collection[UUID]) -> None:
    """Raises Invalid OWN_HELPER or HELPER_NAMED_BEFORE, FailedPrecondition HELPERS_ENOUGH. `named` are the person's helpers so far."""
    if helper == person:
        raise invalid("full_name", "OWN_HELPER")
    if helper in named:
        raise invalid("full_name", "HELPER_NAMED_BEFORE")
    if len(named) >= MOST_HELPERS:
        raise FailedPrecondition("HELPERS_ENOUGH", at_most=str(MOST_HELPERS))


def wait_to_ask(*, name_and_client: Failures, client: Failures, name: Failures, anybody: Failures, now: datetime) -> timedelta:
    """How long a client has to wait before it may ask; not positive when it may. Never more than a minute."""
    return max(wait_of_known_browser(name_and_client, now), _CLIENT.wait(client, now), _NAME.wait(name, now), _ANYBODY.wait(anybody, now))


def wait_of_known_browser(own: Failures, now: datetime) -> timedelta:
    """As `wait_to_ask`, for a browser in which the person signed in before: it is judged by its own requests alone."""
    return _NAME_AND_CLIENT.wait(own, now)


def wait_to_vouch(wrong: Failures, now: datetime) -> timedelta:
    """How long a helper has to wait before the next number; not positive when they may type it."""
    recent = wrong.last is not None and now - wrong.last < WINDOW
    return _WRONG_NUMBERS.wait(wrong, now) if recent else timedelta()
