"""Reading a document by its form: exactly the keys it has, each of its kind. Whatever is else is a `DocumentError`."""

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
"""Digits; that there is such a day is nobody's to judge here."""
FRACTION = re.compile(r"(0|[1-9][0-9]{0,15})/([1-9][0-9]{0,15})")


class DocumentError(ValueError):
    """The bytes are no such document; the text says what is wrong with them."""


class Fields:
    """An object of a document, taken key by key. Keys that nobody takes are refused by `done`."""

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

    def text(self, key: str, form: "re.Pattern[str]") -> str:
        value = self.take(key)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise DocumentError(f"{self._about}: {key} has not its form")
        return value

    def words(self, key: str, most: int, *, lines: bool = False, least: int = 1) -> str:
        """Words for people, with line feeds only where `lines`."""
        return words(self.take(key), most, f"{self._about}: {key}", lines=lines, least=least)

    def one_of(self, key: str, *known: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or value not in known:
            raise DocumentError(f"{self._about}: {key} is none of {', '.join(known)}")
        return value

    def hex32(self, key: str) -> bytes:
        return bytes.fromhex(self.text(key, HEX32))

    def public_key(self, key: str) -> bytes:
        found = self.hex32(key)
        if not is_public_key(found):
            raise DocumentError(f"{self._about}: {key} is no public key")
        return found

    def hex64(self, key: str) -> bytes:
        return bytes.fromhex(self.text(key, HEX64))

    def number(self, key: str, least: int = 0) -> int:
        return number(self.take(key), f"{self._about}: {key}", least)

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if not isinstance(value, bool):
            raise DocumentError(f"{self._about}: {key} is neither true nor false")
        return value

    def fraction(self, key: str) -> Fraction:
        return fraction(self.take(key), f"{self._about}: {key}")

    def list(self, key: str, read: Callable[[Json], T], *, is_sorted: bool = True) -> "tuple[T, ...]":
        """The items, each read; sorted by their bytes and each once, unless told otherwise."""
        value = self.take(key)
        if not isinstance(value, list):
            raise DocumentError(f"{self._about}: {key} is no list")
        if is_sorted:
            require_sorted(value, f"{self._about}: {key}")
        return tuple(read(item) for item in value)

    def named(self, key: str, read: Callable[[Json], "tuple[K, T]"]) -> "dict[K, T]":
        """A list of names with something each; no name stands twice."""
        pairs = self.list(key, read)
        found = dict(pairs)
        if len(found) != len(pairs):
            raise DocumentError(f"{self._about}: a name stands twice in {key}")
        return found

    def fields(self, key: str) -> "Fields":
        return Fields(self.take(key), f"{self._about}: {key}")

    def done(self) -> None:
        if unknown := self._value.keys() - self._taken:
            raise DocumentError(f"{self._about}: {min(unknown)} is not known here")


def decoded(data: bytes, about: str) -> Json:
    """Raises `DocumentError` for anything but JSON bytes."""
    try:
        return canonical.decode(data)
    except NotCanonicalError as error:
        raise DocumentError(f"{about}: {error}") from None


def words(value: Json, most: int, about: str, *, lines: bool = False, least: int = 1) -> str:
    """Words that people read and compare by eye: so many characters, in NFC."""
    if not isinstance(value, str) or not least <= len(value) <= most:
        raise DocumentError(f"{about} is no text of {least} to {most} characters")
    if any((ord(letter) < 32 and not (lines and letter == "\n")) or 127 <= ord(letter) < 160 for letter in value):
        raise DocumentError(f"{about} has characters that cannot be shown")
    if not unicodedata.is_normalized("NFC", value):
        raise DocumentError(f"{about} is not in NFC: what looks alike could be different")
    return value


def number(value: Json, about: str, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise DocumentError(f"{about} is no whole number from {least}")
    return value


def fraction(value: Json, about: str) -> Fraction:
    """A fraction in lowest terms, neither part above 2^53 - 1."""
    found = FRACTION.fullmatch(value) if isinstance(value, str) else None
    above, below = (int(found[1]), int(found[2])) if found is not None else (0, 0)
    if math.gcd(above, below) != 1 or max(above, below) > canonical.LARGEST:
        raise DocumentError(f'{about} is no fraction "a/b" in lowest terms')
    return Fraction(above, below)


def said(value: Fraction) -> str:
    """As documents write a fraction."""
    return f"{value.numerator}/{value.denominator}"


def text(value: Json, form: "re.Pattern[str]", about: str) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise DocumentError(f"{about} has not its form")
    return value


def items(value: Json, length: int, about: str) -> list[Json]:
    """A list of exactly so many."""
    if not isinstance(value, list) or len(value) != length:
        raise DocumentError(f"{about} is no list of {length}")
    return value


def require_sorted(value: list[Json], about: str) -> None:
    keys = [canonical.encode(item) for item in value]
    if any(first >= second for first, second in itertools.pairwise(keys)):
        raise DocumentError(f"{about} is not sorted, or has something twice")


def in_order(value: list[Json]) -> list[Json]:
    """Sorted as documents want it."""
    return sorted(value, key=canonical.encode)
