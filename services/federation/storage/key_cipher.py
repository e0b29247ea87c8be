"""Encrypts private keys in the database: AES-256-GCM under the key in `keys/federation/seal.key`.

The purpose and the id of the key are authenticated too, so that an encrypted key moved to another row cannot be decrypted.
"""

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class KeyDecryptionError(Exception):
    """The key cannot be decrypted: another seal.key, another purpose, or the row was changed."""


class KeyCipher:
    """Encrypts and decrypts private keys."""

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes."""
        self._cipher = AESGCM(key)

    @classmethod
    def from_file(cls, file: Path) -> "KeyCipher":
        """Reads the key as `kith init` wrote it: 64 hex digits. Raises OSError or ValueError."""
        key = bytes.fromhex(file.read_text(encoding="ascii").strip())
        if len(key) != _KEY_BYTES:
            message = f"{file} does not hold 32 bytes in hex"
            raise ValueError(message)
        return cls(key)

    def encrypt(self, purpose: str, key_id: str, secret: bytes) -> bytes:
        """12 bytes of nonce, then the encrypted secret."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, _associated_data(purpose, key_id))

    def decrypt(self, purpose: str, key_id: str, sealed: bytes) -> bytes:
        """Raises `KeyDecryptionError`."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _associated_data(purpose, key_id))
        except (InvalidTag, ValueError):
            message = f"the seal of {purpose} {key_id[:16]} is broken"
            raise KeyDecryptionError(message) from None


def _associated_data(purpose: str, key_id: str) -> bytes:
    return f"kith/seal/1\n{purpose}\n{key_id}".encode()
