"""What is kept of a secret: enough to know it again, too little to use it.

HMAC-SHA256 with the instance's codes key, which is not in the data backup. That is enough for random secrets; passwords are chosen by
people and need argon2 instead.
"""

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seal:
    """Marks secrets under one key."""

    key: bytes = field(repr=False)

    def mark(self, what: str, secret: str) -> bytes:
        """32 bytes. `what` keeps the mark of one kind of secret from ever equalling another kind's."""
        return hmac.digest(self.key, f"{what}\0{secret}".encode(), hashlib.sha256)

    def fits(self, what: str, secret: str, mark: bytes) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(self.mark(what, secret), mark)
