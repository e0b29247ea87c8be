"""Reads the fields of a JSON document strictly: exactly the known keys, each of its type. Anything else raises `DocumentError`."""

import itertools
import math
import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from libs.signing import canonical
from libs.signing.canonical import Json, NotCanonicalError
from libs.signing.keys import is_public_key

K = TypeVar("K")
T = TypeVar("T")

CO_OP = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}")
GROUP = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
HEX32 = re.compile(r"[0-9a-f]{64}")
HEX64 = re.compile(r"[0-9a-f]{128}")
DRAFT = re.compile(r"[0-9a-f]{32}")
REFERENCE = re.compile(r"[A-Za-z0-9-]{1,64}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""Only the digits are checked, not whether the date exists."""
FRACTION = re.compile(r"(0|[1-9][0-9]{0,15})/([1-9][0-9]{0,15})")

UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Named one by one: what a vote's terms are must not depend on the Unicode tables of the reader."""
MAX_OPTION_LENGTH = 100


class DocumentError(ValueError):
    """The bytes are not such a document; the text says why."""


class DocumentFields:
    """A JSON object, read key by key. `reject_unknown` rejects keys that were not read."""

    def __init__(self, value: Json, about: str) -> None:
        if not isinstance(value, dict):
            raise DocumentError(f"{about} is no object")
        self._value = value
        self._about = about
        self._taken: set[str] = set()

    def has(self, key: str) -> bool:
        return key in self._value

    def take(self, key: str) -> Json:
        if key not in self._value:
            raise DocumentError(f"{self._about} has no {key}")
        self._taken.add(key)
        return self._value[key]

    def text(self, key: str, pattern: "re.Pattern[str]") -> str:
        value = self.take(key)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise DocumentError(f"{self._about}: {key} has not its form")
        return value

    def words(self, key: str, most: int, *, lines: bool = False, least: int = 1) -> str:
        """Text for people, with line feeds only if `lines`."""
        return parse_words(self.take(key), most, f"{self._about}: {key}", lines=lines, least=least)

    def one_of(self, key: str, *known: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or value not in known:
            raise DocumentError(f"{self._about}: {key} is none of {', '.join(known)}")
        return value

    def hex32(self, key: str) -> bytes:
        return bytes.fromhex(self.text(key, HEX32))

    def public_key(self, key: str) -> bytes:
        key_bytes = self.hex32(key)
        if not is_public_key(key_bytes):
            raise DocumentError(f"{self._about}: {key} is no public key")
        return key_bytes

    def hex64(self, key: str) -> bytes:
        return bytes.fromhex(self.text(key, HEX64))

    def number(self, key: str, least: int = 0) -> int:
        return parse_number(self.take(key), f"{self._about}: {key}", least)

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if not isinstance(value, bool):
            raise DocumentError(f"{self._about}: {key} is neither true nor false")
        return value

    def fraction(self, key: str) -> Fraction:
        return parse_fraction(self.take(key), f"{self._about}: {key}")

    def list(self, key: str, read: Callable[[Json], T], *, is_sorted: bool = True) -> "tuple[T, ...]":
        """The items of a list, each read by `read`; they must be sorted by their bytes and unique unless `is_sorted` is False."""
        value = self.take(key)
        if not isinstance(value, list):
            raise DocumentError(f"{self._about}: {key} is no list")
        if is_sorted:
            require_sorted(value, f"{self._about}: {key}")
        return tuple(read(item) for item in value)

    def named(self, key: str, read: Callable[[Json], "tuple[K, T]"]) -> "dict[K, T]":
        """A list of pairs, read into a dict; no name may appear twice."""
        pairs = self.list(key, read)
        result = dict(pairs)
        if len(result) != len(pairs):
            raise DocumentError(f"{self._about}: a name stands twice in {key}")
        return result

    def fields(self, key: str) -> "DocumentFields":
        return DocumentFields(self.take(key), f"{self._about}: {key}")

    def reject_unknown(self) -> None:
        if unknown := self._value.keys() - self._taken:
            raise DocumentError(f"{self._about}: {min(unknown)} is not known here")


def decode_json(data: bytes, about: str) -> Json:
    """Decodes canonical JSON. Raises `DocumentError` for anything else."""
    try:
        return canonical.decode(data)
    except NotCanonicalError as error:
        raise DocumentError(f"{about}: {error}") from None


def parse_words(value: Json, most: int, about: str, *, lines: bool = False, least: int = 1) -> str:
    """Reads text that people compare by eye: `least` to `most` characters, in NFC."""
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise DocumentError(f"{about} is no text of {least} to {most} characters")
    if any((ord(letter) < 32 and not (lines and letter == "\n")) or 127 <= ord(letter) < 160 for letter in value):
        raise DocumentError(f"{about} has characters that cannot be shown")
    if not unicodedata.is_normalized("NFC", value):
        raise DocumentError(f"{about} is not in NFC: what looks alike could be different")
    return value


def parse_option(value: Json, about: str) -> str:
    """Reads an option, of which every character can be seen: two options that look alike would be two."""
    option = parse_words(value, MAX_OPTION_LENGTH, about)
    if UNSEEN.search(option):
        raise DocumentError(f"{about} has a character that is not seen, or that turns the direction of writing")
    return option


def parse_number(value: Json, about: str, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise DocumentError(f"{about} is no whole number from {least}")
    return value


def parse_fraction(value: Json, about: str) -> Fraction:
    """Reads a fraction in lowest terms, neither part above 2^53 - 1."""
    match = FRACTION.fullmatch(value) if isinstance(value, str) else None
    numerator, denominator = (int(match[1]), int(match[2])) if match is not None else (0, 0)
    if math.gcd(numerator, denominator) != 1 or max(numerator, denominator) > canonical.MAX_INTEGER:
        raise DocumentError(f'{about} is no fraction "a/b" in lowest terms')
    return Fraction(numerator, denominator)


def format_fraction(value: Fraction) -> str:
    """A fraction as documents write it."""
    return f"{value.numerator}/{value.denominator}"


def parse_text(value: Json, pattern: "re.Pattern[str]", about: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise DocumentError(f"{about} has not its form")
    return value


def parse_items(value: Json, length: int, about: str) -> list[Json]:
    """Reads a list of exactly `length` items."""
    if not isinstance(value, list) or len(value) != length:
        raise DocumentError(f"{about} is no list of {length}")
    return value


def require_sorted(value: list[Json], about: str) -> None:
    keys = [canonical.encode(item) for item in value]
    if any(first >= second for first, second in itertools.pairwise(keys)):
        raise DocumentError(f"{about} is not sorted, or has something twice")


def sort_items(value: list[Json]) -> list[Json]:
    """Sorts a list by the items' bytes, as documents require."""
    return sorted(value, key=canonical.encode)
