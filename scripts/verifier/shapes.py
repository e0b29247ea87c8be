"""Check 2: the forms of values. Each function takes a JSON value and gives it back typed, or raises MalformedError saying what is wrong."""

import math
import re
import unicodedata
from collections.abc import Callable, Collection
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from scripts.verifier.canonical import MOST, Json, encode

T = TypeVar("T")

CO_OP = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}")
GROUP = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
DRAFT = re.compile(r"[0-9a-f]{32}")
HASH = re.compile(r"[0-9a-f]{64}")
SIGNATURE = re.compile(r"[0-9a-f]{128}")
PSEUDONYM = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
REFERENCE = re.compile(r"[A-Za-z0-9-]{1,64}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The y of the eight points whose order divides 8, on the curve of RFC 8032, section 5.1. libsodium refuses the same.
_SMALL_ORDER = {
    0,
    1,
    2**255 - 20,
    2707385501144840649318225287225658788936804267575313519463743609750303402022,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
}
_FRACTION = re.compile(r"(0|[1-9][0-9]{0,15})/([1-9][0-9]{0,15})")


class MalformedError(ValueError):
    """A value has not the form the page gives it."""


def fields(value: Json, names: str, optional: str = "") -> dict[str, Json]:
    """An object with exactly these keys (words with spaces between), and none, some or all of the optional ones."""
    wanted, may = set(names.split()), set(optional.split())
    if not isinstance(value, dict):
        raise MalformedError("it is no object")
    for key in wanted - set(value):
        raise MalformedError(f"the key {key} is missing")
    for _ in set(value) - wanted - may:
        raise MalformedError("it has a key that is not known")
    return value


def matching(value: Json, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise MalformedError(f"it has no {what} where one must be")
    return value


def co_op(value: Json) -> str:
    return matching(value, CO_OP, "co-op id")


def group(value: Json) -> str:
    return matching(value, GROUP, "group")


def hexed(value: Json) -> str:
    """A key or a hash: 64 hex digits."""
    return matching(value, HASH, "64 hex digits")


def public_key(value: Json) -> str:
    """RFC 8032, section 5.1: y is written in its one way, and the point is not of small order."""
    key = hexed(value)
    y = int.from_bytes(bytes.fromhex(key), "little") % 2**255
    if y >= 2**255 - 19 or y in _SMALL_ORDER:
        raise MalformedError("a key has small order or is not written in its one way")
    return key


def signature(value: Json) -> str:
    return matching(value, SIGNATURE, "signature of 128 hex digits")


def text(value: Json, most: int, also: str = "\n") -> str:
    """1 to `most` characters in NFC, none of them a control character but those in `also`.

    Only what people compare by eye is held to NFC. The answer is that of the Unicode tables of this Python, so that nothing which somebody
    can put on a board may hang on it.
    """
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise MalformedError(f"it has no text of 1 to {most} characters where one must be")
    if any(unicodedata.category(character) == "Cc" and character not in also for character in value):
        raise MalformedError("a text has a control character")
    return normal(value)


def normal(value: str) -> str:
    if not unicodedata.is_normalized("NFC", value):
        raise MalformedError("a text is not in the form NFC")
    return value


def line(value: Json, most: int) -> str:
    return text(value, most, also="")


def whole(value: Json, least: int = 0, most: int = MOST) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise MalformedError(f"it has no whole number from {least} where one must be")
    return value


def flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise MalformedError("it has neither true nor false where one must be")
    return value


def word(value: Json, allowed: Collection[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise MalformedError(f"it has none of the words {', '.join(allowed)}")
    return value


def fraction(value: Json) -> Fraction:
    """A fraction of the terms: lowest terms, and no part above 2^53 - 1."""
    found = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise MalformedError("it has no fraction where one must be")
    above, below = int(found[1]), int(found[2])
    if math.gcd(above, below) != 1 or max(above, below) > MOST:
        raise MalformedError("a fraction is not in lowest terms, or too long")
    return Fraction(above, below)


def share(value: Json) -> Fraction:
    """A fraction from 0 to 1."""
    part = fraction(value)
    if part > 1:
        raise MalformedError("a fraction is more than 1")
    return part


def items(value: Json, item: Callable[[Json], T]) -> list[T]:
    if not isinstance(value, list):
        raise MalformedError("it has no list where one must be")
    return [item(one) for one in value]


def ordered(value: Json, item: Callable[[Json], T]) -> list[T]:
    """A list the page calls sorted: by the JSON bytes of its items, each once."""
    found = items(value, item)
    keys = [encode(one) for one in value] if isinstance(value, list) else []
    if any(first >= second for first, second in pairwise(keys)):
        raise MalformedError("a list is not sorted, or has an item twice")
    return found


def parts(value: Json, length: int) -> list[Json]:
    """A list of exactly so many."""
    if not isinstance(value, list) or len(value) != length:
        raise MalformedError(f"it has no list of {length} where one must be")
    return value
