"""JSON bytes: the part of RFC 8785 that the pages allow, read and written."""

import json
from typing import Never, TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool"

MOST, DEEPEST = 2**53 - 1, 64
# Python escapes what RFC 8785 escapes, and as it does: the quote, the backslash, \b \t \n \f \r, and \u00xx for other controls.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)


class NotJsonBytesError(ValueError):
    """The bytes are no JSON bytes; the message says why."""


def decode(data: bytes) -> Json:
    """The value that these JSON bytes are. Raises NotJsonBytesError, whatever the bytes."""
    try:
        value: Json = _DECODER.decode(data.decode("utf-8"))
        _allowed(value)
        written = encode(value)
    except RecursionError:
        raise NotJsonBytesError("it is nested too deeply") from None
    except NotJsonBytesError:
        raise
    except ValueError:
        raise NotJsonBytesError("it is not JSON in UTF-8") from None
    # A key that stands twice, a space, a needless escape or another order: all of them are written otherwise.
    if written != data:
        raise NotJsonBytesError("it is not written in the one form of RFC 8785")
    return value


def encode(value: Json) -> bytes:
    """JSON bytes of a value."""
    text = _ENCODER.encode(value)
    if not text.isascii():
        text = _ENCODER_AS_IS.encode(_in_utf_16_order(value))
    return text.encode("utf-8")


def _refuse(_: str) -> Never:
    raise NotJsonBytesError("it has a number that is not whole")


def _allowed(value: "Json | None", depth: int = 1) -> None:
    if isinstance(value, dict | list) and depth > DEEPEST:
        raise NotJsonBytesError("it is nested too deeply")
    if isinstance(value, dict):
        for item in value.values():
            _allowed(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _allowed(item, depth + 1)
    elif value is None:
        raise NotJsonBytesError("it has a null")
    elif isinstance(value, int) and not 0 <= value <= MOST:
        raise NotJsonBytesError("it has a number below 0 or above 2^53 - 1")


def _in_utf_16_order(value: Json) -> Json:
    """RFC 8785 sorts keys by UTF-16 code units, Python by code points; they differ above U+FFFF only."""
    if isinstance(value, dict):
        return {key: _in_utf_16_order(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_in_utf_16_order(item) for item in value]
    return value


_DECODER = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
_ENCODER_AS_IS = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
