"""Sign-in codes: 80 random bits, written as 16 characters of Crockford's base 32.

| kind | reaches the person | good                           |
|------|--------------------|--------------------------------|
| LINK | by message         | once, within 24 hours          |
| CARD | printed            | for a year, again and again    |

Both until revoked. Whoever types a code may use small letters, spaces and hyphens, O for 0, and I or L for 1
(https://www.crockford.com/base32.html).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
_BITS = 5
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
_MEANT = str.maketrans("OIL", "011", " \t\n-\u2010\u2011\u2012\u2013\u2014")
_LONGEST_TYPED = 64


class Kind(StrEnum):
    """How a code reaches the person."""

    LINK = "link"
    CARD = "card"


GOOD_FOR = {Kind.LINK: timedelta(hours=24), Kind.CARD: timedelta(days=365)}


@dataclass(frozen=True)
class Code:
    """A code as it is kept: never the code itself."""

    id: UUID
    person: UUID
    kind: Kind
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def good(self, now: datetime) -> bool:
        spent = self.kind is Kind.LINK and self.used_at is not None
        return self.revoked_at is None and now < self.expires_at and not spent


def draw() -> str:
    """A new code."""
    number = secrets.randbits(LENGTH * _BITS)
    return "".join(ALPHABET[number >> _BITS * place & 31] for place in range(LENGTH))


def read(typed: str) -> str | None:
    """The code somebody meant, or None when it can be none."""
    if len(typed) > _LONGEST_TYPED:
        return None
    meant = typed.upper().translate(_MEANT)
    return meant if _CODE.fullmatch(meant) else None
