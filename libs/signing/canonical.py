"""Canonical JSON (RFC 8785): each value has exactly one sequence of bytes.

Kith allows objects, arrays, strings, integers 0..2^53-1 and booleans; no null, no float. This module does not check for NFC:
the answer depends on Python's Unicode tables, so two co-ops with two Pythons would count one board differently. Text for people
is checked (`libs.boards.document_fields.parse_words`).
"""

import json

import rfc8785

Json = bool | int | str | list["Json"] | dict[str, "Json"]

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 64
"""The deepest nesting of objects and arrays."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)


class NotCanonicalError(ValueError):
    """The value or the bytes are outside what Kith signs."""


def encode(value: Json) -> bytes:
    """The canonical bytes of a value. Raises `NotCanonicalError`."""
    _check(value)
    text = _ENCODER.encode(value)
    # Python escapes what RFC 8785 escapes. It sorts keys by characters, not by UTF-16 units, which is the same in ASCII: a third of
    # the time, for nearly everything on a board.
    return text.encode() if text.isascii() else rfc8785.dumps(value)


def decode(data: bytes) -> Json:
    """The value of canonical bytes. Duplicate keys and bytes that do not re-encode to themselves are refused."""
    try:
        value: Json = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        message = "not JSON in UTF-8"
        raise NotCanonicalError(message) from error
    if encode(value) != data:
        message = "not in canonical form"
        raise NotCanonicalError(message)
    return value


def _check(value: object, depth: int = 1) -> None:
    match value:
        case str():
            _check_string(value)
        case bool():
            pass
        case int():
            _check_integer(value)
        case list() | dict() if depth > MAX_DEPTH:
            message = "nested too deep"
            raise NotCanonicalError(message)
        case list():
            for item in value:
                _check(item, depth + 1)
        case dict():
            for key, item in value.items():
                _check_key(key)
                _check(item, depth + 1)
        case _:
            message = f"{type(value).__name__} cannot be signed"
            raise NotCanonicalError(message)


def _check_integer(value: int) -> None:
    if not 0 <= value <= MAX_INTEGER:
        message = f"integer out of range, of {value.bit_length()} bits"
        raise NotCanonicalError(message)


def _check_key(key: object) -> None:
    if not isinstance(key, str):
        message = f"{type(key).__name__} cannot be a key"
        raise NotCanonicalError(message)
    _check_string(key)


def _check_string(value: str) -> None:
    if value.isascii():
        return
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        message = "half a character"
        raise NotCanonicalError(message)
