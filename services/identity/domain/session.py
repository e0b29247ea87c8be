"""Sessions: from a sign-in until they are ended or expire. Web keeps the key; a token lives five minutes and is renewed with it.

| signed in by                               | on the person's own device | where other people use it too, or nothing was said |
|--------------------------------------------|----------------------------|----------------------------------------------------|
| link, two people who vouch (`recovery.py`) | 12 hours                   | an hour, or 15 minutes without use                 |
| card, password, passkey                    | 30 days                    | an hour, or 15 minutes without use                 |
| any, with somebody who helps               | -                          | an hour, or 15 minutes without use                 |

The hour and the 15 minutes are settings of the co-op (`SessionLimits`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kith.identity.v1.enums import DeviceKind, DeviceUse, HelpKind

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
"""So long after signing in a person may make codes, give hats and correct particulars of others. Then they sign in again."""


@dataclass(frozen=True)
class SessionLimits:
    """How long a session on a shared device lasts: at most `shared_for`, and `quiet_for` after it was last used."""

    shared_for: timedelta = timedelta(hours=1)
    quiet_for: timedelta = timedelta(minutes=15)


USUAL_LIMITS = SessionLimits()


@dataclass(frozen=True)
class Help:
    """Somebody who helps the person with the pages, on their own device."""

    helper: UUID
    kind: HelpKind


@dataclass(frozen=True)
class Device:
    """The device of a sign-in, as the person and its browser describe it. Where nobody said whose it is, other people use it too."""

    use: DeviceUse = DeviceUse.SHARED
    kind: DeviceKind | None = None
    limits: SessionLimits = USUAL_LIMITS
    help: Help | None = None

    @property
    def is_own(self) -> bool:
        return self.use is DeviceUse.OWN and self.help is None


UNKNOWN_DEVICE = Device()


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
    device_use: str = DeviceUse.OWN
    device_kind: str = ""
    """Empty where the browser did not say."""
    quiet_seconds: int = 0
    """Web ends the session when nobody used it for so long; 0 = it does not."""
    helped_by: UUID | None = None
    help_kind: str = ""

    def is_live(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at

    def is_fresh(self, now: datetime) -> bool:
        """Whether they have just proved with a card or a passkey, or by two people, who they are: more than to hold an open browser."""
        return self.strength in {"card", "passkey", "recovery"} and self.is_live(now) and now - self.started_at < FRESH_FOR

    def is_recent(self, now: datetime) -> bool:
        """Whether the person signed in a moment ago, in whichever way."""
        return self.is_live(now) and now - self.started_at < RECENT_FOR

    def over_at(self, now: datetime) -> datetime | None:
        """When it ended; None while it is live."""
        return None if self.is_live(now) else min(self.ended_at or self.expires_at, self.expires_at)


def start_session(
    session_id: UUID, person: UUID, strength: str, key_mark: bytes, now: datetime, device: Device = UNKNOWN_DEVICE
) -> Session:
    """`strength` is link, card, password, passkey or recovery."""
    lifetime, limits, help_ = SESSION_LIFETIMES[strength], device.limits, device.help
    return Session(
        session_id,
        person,
        key_mark,
        strength,
        now,
        now + (lifetime if device.is_own else min(lifetime, limits.shared_for)),
        device_use=DeviceUse.OWN if device.is_own else DeviceUse.SHARED,
        device_kind=device.kind or "",
        quiet_seconds=0 if device.is_own else int(min(limits.quiet_for, limits.shared_for).total_seconds()),
        helped_by=help_.helper if help_ else None,
        help_kind=help_.kind if help_ else "",
    )
