"""What keeps private keys shut in the database: AES-256-GCM under the key in `keys/federation/seal.key`.

The purpose and the id of the key are bound into the seal, so that a sealed key moved to another row does not open.
"""

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_KEY = 32


class SealBrokenError(Exception):
    """The seal does not open: another seal.key, another purpose, or the row was changed."""


class Vault:
    """Seals and opens."""

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes."""
        self._cipher = AESGCM(key)

    @classmethod
    def of_file(cls, file: Path) -> "Vault":
        """The key as `kith init` wrote it: 64 hex digits. Raises OSError or ValueError."""
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
        if len(key) != _KEY:
            message = f"{file} does not hold 32 bytes in hex"
            raise ValueError(message)
        return cls(key)

    def seal(self, purpose: str, key_id: str, secret: bytes) -> bytes:
        """12 bytes of nonce, then the sealed secret."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, _bound(purpose, key_id))

    def open(self, purpose: str, key_id: str, sealed: bytes) -> bytes:
        """Raises `SealBrokenError`."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bound(purpose, key_id))
        except (InvalidTag, ValueError):
            message = f"the seal of {purpose} {key_id[:16]} is broken"
            raise SealBrokenError(message) from None


def _bound(purpose: str, key_id: str) -> bytes:
    return f"kith/seal/1\n{purpose}\n{key_id}".encode()
