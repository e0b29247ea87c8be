"""Pseudonyms of roll rows, and their commitments, which only the member's card can open."""

import hashlib
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32."""
LENGTH = 16
SALT_BYTES = 32
_BITS = 80
_TYPING_FIXES = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


def new_pseudonym() -> str:
    """A new pseudonym: 80 random bits as 16 characters."""
    return format_pseudonym(secrets.randbits(_BITS))


def format_pseudonym(value: int) -> str:
    return "".join(ALPHABET[value >> shift & 31] for shift in range(_BITS - 5, -1, -5))


def is_pseudonym(value: object) -> bool:
    return isinstance(value, str) and len(value) == LENGTH and all(letter in ALPHABET for letter in value)


def parse_typed_pseudonym(value: str) -> str | None:
    """The pseudonym that somebody typed from a card; lower case, spaces, hyphens and o, i, l are accepted. None if it cannot be one."""
    pseudonym = value.strip().upper().translate(_TYPING_FIXES)
    return pseudonym if is_pseudonym(pseudonym) else None


def new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def commitment_identity(member_number: str, full_name: str) -> str:
    """The text that identifies a person in a commitment."""
    return unicodedata.normalize("NFC", f"{member_number}\n{full_name}")


def row_commitment(vote: str, pseudonym: str, group: str, identity: str, salt: bytes) -> bytes:
    """The commitment of a row: SHA-256 as the format specifies."""
    parts = b"".join(_length_prefixed(text.encode()) for text in (vote, pseudonym, group, unicodedata.normalize("NFC", identity)))
    return hashlib.sha256(b"kith/row/1" + parts + salt).digest()


def _length_prefixed(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data
