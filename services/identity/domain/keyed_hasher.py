"""Keyed hashes of secrets such as sign-in codes and session keys: enough to recognise a secret, too little to use it.

HMAC-SHA256 with the instance's codes key, which is not in the data backup. That is enough for random secrets; people choose passwords, and
those need argon2. Columns that hold such a hash end in `mark`.
"""

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True)
class KeyedHasher:
    """Hashes secrets with one key."""

    key: bytes = field(repr=False)

    def digest(self, purpose: str, secret: str) -> bytes:
        """Returns 32 bytes. `purpose` keeps the hashes of different kinds of secrets apart."""
        return hmac.digest(self.key, f"{purpose}\0{secret}".encode(), hashlib.sha256)

    def matches(self, purpose: str, secret: str, digest: bytes) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(self.digest(purpose, secret), digest)
