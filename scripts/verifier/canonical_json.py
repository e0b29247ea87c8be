"""JSON bytes: reads and writes the subset of RFC 8785 that docs/formats allows."""

import json
from typing import Never, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool"

MAX_INTEGER, MAX_DEPTH = 2**53 - 1, 64
_SHORT, _LONGEST = 512, 128 * 1024
# Python escapes what RFC 8785 escapes, and as it does: the quote, the backslash, \b \t \n \f \r, and \u00xx for other controls.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)


class NotCanonicalJsonError(ValueError):
    """The bytes are not canonical JSON; the message says why."""


def decode(data: bytes) -> Json:
    """The value of these JSON bytes. Raises only NotCanonicalJsonError, whatever the bytes."""
    try:
        value: Json = _DECODER.decode(data.decode("utf-8"))
        _check_allowed(value)
        written = encode(value)
    except RecursionError:
        raise NotCanonicalJsonError("it is nested too deeply") from None
    except NotCanonicalJsonError:
        raise
    except ValueError:
        raise NotCanonicalJsonError("it is not JSON in UTF-8") from None
    # A duplicate key, a space, a needless escape or another order changes the bytes when the value is encoded again.
    if written != data:
        raise NotCanonicalJsonError("it is not written in the one form of RFC 8785")
    return value


def decode_at(text: str, at: int) -> tuple[Json, bytes, int]:
    """The value whose JSON bytes begin there, these bytes, and where they end. Raises only NotCanonicalJsonError.

    A value of more than 128 KiB is refused without being read.
    """
    for window in (_SHORT, _LONGEST):
        part = text[at : at + window]
        try:
            value, end = _DECODER.raw_decode(part)
            _check_allowed(value)
            written = encode(value)
        except RecursionError:
            raise NotCanonicalJsonError("it is nested too deeply") from None
        except NotCanonicalJsonError:
            raise
        except ValueError:
            continue
        if written != part[:end].encode():
            raise NotCanonicalJsonError("it is not written in the one form of RFC 8785")
        return value, written, at + end
    raise NotCanonicalJsonError("it is not JSON in UTF-8, or a part of it is too long")


def encode(value: Json) -> bytes:
    """The JSON bytes of a value."""
    text = _ENCODER.encode(value)
    if not text.isascii():
        text = _ENCODER_UNSORTED.encode(_sort_by_utf_16(value))
    return text.encode("utf-8")


def _reject_number(_: str) -> Never:
    raise NotCanonicalJsonError("it has a number that is not whole")


def _check_allowed(value: "Json | None", depth: int = 1) -> None:
    if isinstance(value, dict | list) and depth > MAX_DEPTH:
        raise NotCanonicalJsonError("it is nested too deeply")
    if isinstance(value, dict):
        for item in value.values():
            _check_allowed(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check_allowed(item, depth + 1)
    elif value is None:
        raise NotCanonicalJsonError("it has a null")
    elif isinstance(value, int) and not 0 <= value <= MAX_INTEGER:
        raise NotCanonicalJsonError("it has a number below 0 or above 2^53 - 1")


def _sort_by_utf_16(value: Json) -> Json:
    """RFC 8785 sorts keys by UTF-16 code units, Python by code points; they differ above U+FFFF only."""
    if isinstance(value, dict):
        return {key: _sort_by_utf_16(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_sort_by_utf_16(item) for item in value]
    return value


_DECODER = json.JSONDecoder(parse_float=_reject_number, parse_constant=_reject_number)
_ENCODER_UNSORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
