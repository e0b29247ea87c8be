"""Sessions: from a sign-in until they are ended or expire. Web keeps the key; a token lives five minutes and is renewed with it.

| signed in by                               | lasts    |
|--------------------------------------------|----------|
| link, two people who vouch (`recovery.py`) | 12 hours |
| card, password, passkey                    | 30 days  |
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

SESSION_LIFETIMES = {
    "link": timedelta(hours=12),
    "recovery": timedelta(hours=12),
    "card": timedelta(days=30),
    "password": timedelta(days=30),
    "passkey": timedelta(days=30),
}

FRESH_FOR = timedelta(minutes=15)
"""So long after signing in with a card or a passkey, or as two people vouched, a person may set a password without the old one."""
RECENT_FOR = timedelta(minutes=30)
"""So long after signing in a person may make codes and correct particulars of others. Then they sign in again."""


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

    def is_fresh(self, now: datetime) -> bool:
        """Whether they have just proved with a card or a passkey, or by two people, who they are: more than to hold an open browser."""
        return self.strength in {"card", "passkey", "recovery"} and self.is_live(now) and now - self.started_at < FRESH_FOR

    def is_recent(self, now: datetime) -> bool:
        """Whether the person signed in a moment ago, in whichever way."""
        return self.is_live(now) and now - self.started_at < RECENT_FOR


def start_session(session_id: UUID, person: UUID, strength: str, key_mark: bytes, now: datetime) -> Session:
    """`strength` is link, card, password, passkey or recovery."""
    return Session(session_id, person, key_mark, strength, now, now + SESSION_LIFETIMES[strength])
