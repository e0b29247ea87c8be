"""Pseudonyms of rows, and the commitments that only a card opens."""

import hashlib
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32."""
LENGTH = 16
SALT_BYTES = 32
_BITS = 80
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


def new_pseudonym() -> str:
    """80 random bits as 16 characters."""
    return written(secrets.randbits(_BITS))


def written(value: int) -> str:
    return "".join(ALPHABET[value >> shift & 31] for shift in range(_BITS - 5, -1, -5))


def is_pseudonym(value: object) -> bool:
    return isinstance(value, str) and len(value) == LENGTH and all(letter in ALPHABET for letter in value)


def as_typed(value: str) -> str | None:
    """What somebody typed from a card: small letters, spaces, hyphens, and o i l are accepted. None when it cannot be one."""
    read = value.strip().upper().translate(_READ_AS)
    return read if is_pseudonym(read) else None


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def identity_of(member_number: str, full_name: str) -> str:
    """The text a commitment is made of."""
    return unicodedata.normalize("NFC", f"{member_number}\n{full_name}")


def commitment(vote: str, pseudonym: str, group: str, identity: str, salt: bytes) -> bytes:
    """SHA-256 as the page of the format has it."""
    parts = b"".join(_prefixed(one.encode()) for one in (vote, pseudonym, group, unicodedata.normalize("NFC", identity)))
    return hashlib.sha256(b"kith/row/1" + parts + salt).digest()


def _prefixed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data
