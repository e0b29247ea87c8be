"""Sign-in codes: 80 random bits, written as 16 characters of Crockford's base 32.

| kind | reaches the person | valid                           |
|------|--------------------|--------------------------------|
| LINK | by message         | once, within 24 hours          |
| CARD | printed            | for a year, again and again    |

Both until they are revoked. A typed code may contain small letters, spaces and hyphens, O for 0, and I or L for 1
(https://www.crockford.com/base32.html), and whatever a message put around it: the address of the link, a full stop, brackets.

The same browser that uses a code again within a minute gets the same session again: a button is pressed twice, an answer gets lost.
"""

import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kith.identity.v1.enums import CodeKind

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_BITS = 5
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_CORRECTIONS = str.maketrans("OIL", "011", " \t\n-\u2010\u2011\u2012\u2013\u2014")
_MAX_TYPED_LENGTH = 300
_WRAPPING = string.punctuation + "\u2018\u2019\u201c\u201d\u2026\u00ab\u00bb\u3002"
"""What e-mail programs and writers glue to a link or a code."""
REPEATABLE_FOR = timedelta(minutes=1)

CODE_LIFETIMES = {CodeKind.LINK: timedelta(hours=24), CodeKind.CARD: timedelta(days=365)}


@dataclass(frozen=True)
class SignInCode:
    """A stored code; the plain code itself is never stored."""

    id: UUID
    person: UUID
    kind: CodeKind
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    used_by: bytes | None = None
    """The keyed hash of the browser that used it last."""
    used_session: UUID | None = None
    """The session that began then."""

    def repeats_session(self, browser_mark: bytes, now: datetime) -> UUID | None:
        """The session that this browser began with the code a moment ago."""
        is_repeat = self.used_by == browser_mark and self.used_at is not None and now - self.used_at < REPEATABLE_FOR
        return self.used_session if is_repeat and self.revoked_at is None and now < self.expires_at else None

    def is_expired(self, now: datetime) -> bool:
        """Whether nothing but its age speaks against it."""
        spent = self.kind is CodeKind.LINK and self.used_at is not None
        return self.revoked_at is None and not spent and now >= self.expires_at

    def is_valid(self, now: datetime) -> bool:
        spent = self.kind is CodeKind.LINK and self.used_at is not None
        return self.revoked_at is None and now < self.expires_at and not spent


def generate_code() -> str:
    """Returns a new random code."""
    return format_code(secrets.token_bytes(LENGTH * _BITS // 8))


def format_code(random: bytes) -> str:
    """The code made of the first 80 of these bits."""
    number = int.from_bytes(random[: LENGTH * _BITS // 8], "big")
    return "".join(ALPHABET[number >> _BITS * place & 31] for place in range(LENGTH))


def parse_code(typed: str) -> str | None:
    """Returns the code in its stored form, or None when the input cannot be one."""
    if len(typed) > _MAX_TYPED_LENGTH:
        return None
    code = typed.strip().strip(_WRAPPING).rpartition("/")[2].strip(_WRAPPING).upper().translate(_CORRECTIONS)
    return code if _CODE.fullmatch(code) else None
