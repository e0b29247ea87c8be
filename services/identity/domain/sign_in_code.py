"""Sign-in codes: 80 random bits, written as 16 characters of Crockford's base 32.

| kind | reaches the person | valid                           |
|------|--------------------|--------------------------------|
| LINK | by message         | once, within 24 hours          |
| CARD | printed            | for a year, again and again    |

Both until they are revoked. A typed code may contain small letters, spaces and hyphens, O for 0, and I or L for 1
(https://www.crockford.com/base32.html).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kith.identity.v1.enums import CodeKind

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_BITS = 5
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_CORRECTIONS = str.maketrans("OIL", "011", " \t\n-\u2010\u2011\u2012\u2013\u2014")
_MAX_TYPED_LENGTH = 64


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

    def is_valid(self, now: datetime) -> bool:
        spent = self.kind is CodeKind.LINK and self.used_at is not None
        return self.revoked_at is None and now < self.expires_at and not spent


def generate_code() -> str:
    """Returns a new random code."""
    number = secrets.randbits(LENGTH * _BITS)
    return "".join(ALPHABET[number >> _BITS * place & 31] for place in range(LENGTH))


def parse_code(typed: str) -> str | None:
    """Returns the code in its stored form, or None when the input cannot be one."""
    if len(typed) > _MAX_TYPED_LENGTH:
        return None
    code = typed.upper().translate(_CORRECTIONS)
    return code if _CODE.fullmatch(code) else None
