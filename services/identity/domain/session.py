"""Sessions: from a sign-in until they are ended or expire. Web keeps the key; a token lives five minutes and is renewed with it.

| signed in by   | lasts    |
|----------------|----------|
| link           | 12 hours |
| card, password | 30 days  |
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

SESSION_LIFETIMES = {"link": timedelta(hours=12), "card": timedelta(days=30), "password": timedelta(days=30)}

MAX_FAILURES = 10
FAILURE_WINDOW = timedelta(minutes=15)
"""After this many wrong passwords for one e-mail address within this time, no further password is tried until time has passed."""


@dataclass(frozen=True)
class Session:
    """A stored session."""

    id: UUID
    person: UUID
    key_mark: bytes
    strength: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


def start_session(session_id: UUID, person: UUID, strength: str, key_mark: bytes, now: datetime) -> Session:
    """`strength` is link, card or password."""
    return Session(session_id, person, key_mark, strength, now, now + SESSION_LIFETIMES[strength])
