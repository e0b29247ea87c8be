"""Check 2: parsers of JSON values. Each returns the value with its type, or raises MalformedError with the reason."""

import math
import re
import unicodedata
from collections.abc import Callable, Collection
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from scripts.verifier.canonical_json import MAX_INTEGER, Json, encode

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
# Named here one by one, so that no verdict depends on the reader's Unicode tables.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_FRACTION = re.compile(r"(0|[1-9][0-9]{0,15})/([1-9][0-9]{0,15})")


class MalformedError(ValueError):
    """A value does not have the form that the format document requires."""


def parse_object(value: Json, names: str, optional: str = "") -> dict[str, Json]:
    """An object with exactly these keys (separated by spaces) and any of the optional ones."""
    required, allowed = set(names.split()), set(optional.split())
    if not isinstance(value, dict):
        raise MalformedError("it is no object")
    for key in required - set(value):
        raise MalformedError(f"the key {key} is missing")
    for _ in set(value) - required - allowed:
        raise MalformedError("it has a key that is not known")
    return value


def parse_matching(value: Json, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise MalformedError(f"it has no {what} where one must be")
    return value


def parse_co_op_id(value: Json) -> str:
    return parse_matching(value, CO_OP, "co-op id")


def parse_group(value: Json) -> str:
    return parse_matching(value, GROUP, "group")


def parse_hash(value: Json) -> str:
    """A key or a hash: 64 hex digits."""
    return parse_matching(value, HASH, "64 hex digits")


def parse_public_key(value: Json) -> str:
    """RFC 8032, section 5.1: y is in its canonical encoding, and the point is not of small order."""
    key = parse_hash(value)
    y = int.from_bytes(bytes.fromhex(key), "little") % 2**255
    if y >= 2**255 - 19 or y in _SMALL_ORDER:
        raise MalformedError("a key has small order or is not written in its one way")
    return key


def parse_signature(value: Json) -> str:
    return parse_matching(value, SIGNATURE, "signature of 128 hex digits")


def parse_text(value: Json, max_length: int, allowed_controls: str = "\n") -> str:
    """1 to `max_length` characters in NFC, without control characters except `allowed_controls`.

    Only text that people compare by eye must be NFC. The result depends on the Unicode tables of this Python, so nothing that anybody can
    put on a board may depend on it.
    """
    if not isinstance(value, str) or not 1 <= len(value) <= max_length:
        raise MalformedError(f"it has no text of 1 to {max_length} characters where one must be")
    if any(unicodedata.category(character) == "Cc" and character not in allowed_controls for character in value):
        raise MalformedError("a text has a control character")
    return require_nfc(value)


def require_nfc(value: str) -> str:
    if not unicodedata.is_normalized("NFC", value):
        raise MalformedError("a text is not in the form NFC")
    return value


def parse_line(value: Json, max_length: int) -> str:
    return parse_text(value, max_length, allowed_controls="")


def parse_option(value: Json) -> str:
    """A line of at most 100 characters, all of which can be seen: two options that look alike would be two."""
    option = parse_line(value, 100)
    if _UNSEEN.search(option):
        raise MalformedError("an option has a character that is not seen, or that turns the direction of writing")
    return option


def parse_integer(value: Json, minimum: int = 0, maximum: int = MAX_INTEGER) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
        raise MalformedError(f"it has no whole number from {minimum} where one must be")
    return value


def parse_boolean(value: Json) -> bool:
    if not isinstance(value, bool):
        raise MalformedError("it has neither true nor false where one must be")
    return value


def parse_choice(value: Json, allowed: Collection[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise MalformedError(f"it has none of the words {', '.join(allowed)}")
    return value


def parse_fraction(value: Json) -> Fraction:
    """A fraction in lowest terms, with neither part above 2^53 - 1."""
    match = _FRACTION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise MalformedError("it has no fraction where one must be")
    numerator, denominator = int(match[1]), int(match[2])
    if math.gcd(numerator, denominator) != 1 or max(numerator, denominator) > MAX_INTEGER:
        raise MalformedError("a fraction is not in lowest terms, or too long")
    return Fraction(numerator, denominator)


def parse_share(value: Json) -> Fraction:
    """A fraction from 0 to 1."""
    share = parse_fraction(value)
    if share > 1:
        raise MalformedError("a fraction is more than 1")
    return share


def parse_list(value: Json, parse_item: Callable[[Json], T]) -> list[T]:
    if not isinstance(value, list):
        raise MalformedError("it has no list where one must be")
    return [parse_item(element) for element in value]


def parse_sorted_list(value: Json, parse_item: Callable[[Json], T]) -> list[T]:
    """A list without duplicates, sorted by the JSON bytes of its items."""
    parsed = parse_list(value, parse_item)
    keys = [encode(element) for element in value] if isinstance(value, list) else []
    if any(first >= second for first, second in pairwise(keys)):
        raise MalformedError("a list is not sorted, or has an item twice")
    return parsed


def parse_list_of(value: Json, length: int) -> list[Json]:
    """A list of exactly `length` items."""
    if not isinstance(value, list) or len(value) != length:
        raise MalformedError(f"it has no list of {length} where one must be")
    return value
