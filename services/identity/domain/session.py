"""A session: from a sign-in until it is ended or runs out. The edge holds its key; a token lives five minutes and is renewed from it.

| signed in by   | lasts    |
|----------------|----------|
| link           | 12 hours |
| card, password | 30 days  |
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

LASTS = {"link": timedelta(hours=12), "card": timedelta(days=30), "password": timedelta(days=30)}

FAILURES_ALLOWED = 10
FAILURES_WITHIN = timedelta(minutes=15)
"""After so many wrong passwords for one e-mail address in so long, no password is tried for it any more until time has passed."""


@dataclass(frozen=True)
class Session:
    """As it is kept."""

    id: UUID
    person: UUID
    key_mark: bytes
    strength: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None

    def live(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


def begin(session_id: UUID, person: UUID, strength: str, key_mark: bytes, now: datetime) -> Session:
    """`strength` is link, card or password."""
    return Session(session_id, person, key_mark, strength, now, now + LASTS[strength])
