"""Passkeys: what is stored of one, its name, and how long a challenge lasts.

A challenge is 256 random bits, taken once, for five minutes, from the session (adding) or the browser (signing in) to which it was given.
A counter that does not go up means that two devices have the same secret. Passkeys that are copied on purpose, between the devices of one
person, always say 0.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs import texts
from libs.refusals import FailedPrecondition, invalid

MOST_PASSKEYS = 10
MOST_NAME_LENGTH = 60
CHALLENGE_LASTS = timedelta(minutes=5)
CHALLENGE_PURPOSE = "passkey challenge"
USER_PURPOSE = "passkey user"
"""What a device knows the person by: no id, and the same for all their passkeys, so that a device shows one account."""


@dataclass(frozen=True)
class Passkey:
    """A stored passkey. `credential_id` and `public_key` (COSE) are what the device made; neither is a secret."""

    id: UUID
    person: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool
    name: str
    added_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class PasskeyChallenge:
    """A challenge that was given out: for adding, with the person and their session; for signing in, with the browser."""

    mark: bytes
    person: UUID | None
    session: UUID | None
    browser_mark: bytes | None
    client_mark: bytes
    begun_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


def parse_name(typed: str) -> str:
    """Spaces and control characters become single spaces. Raises Invalid PASSKEY_NAME_LONG."""
    name = " ".join(texts.clean(typed).split())
    if len(name) > MOST_NAME_LENGTH:
        raise invalid("name", "PASSKEY_NAME_LONG")
    return name


def require_room(passkeys: int) -> None:
    """Raises FailedPrecondition PASSKEYS_FULL."""
    if passkeys >= MOST_PASSKEYS:
        raise FailedPrecondition("PASSKEYS_FULL", most=str(MOST_PASSKEYS))


def counter_went_back(stored: int, shown: int) -> bool:
    """Whether the counter did not go up (WebAuthn level 3, 6.1.1); 0 and 0 is a passkey without a counter."""
    return (stored > 0 or shown > 0) and shown <= stored
