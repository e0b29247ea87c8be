"""Small formats: singular or plural, the values of enums, times."""

from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp


def plural(number: int, singular: str, plural_form: str) -> str:
    """A number with the form of the noun that fits it: 1 person, 2 people."""
    return f"{number} {singular if number == 1 else plural_form}"


def enum_words(enum: Any, number: int) -> str:
    """A value of a protobuf enum as words: VOTE_STATE_ROLL_FROZEN is "roll frozen". Empty for an unspecified or unknown value."""
    by_number = enum.DESCRIPTOR.values_by_number
    if not number or number not in by_number:
        return ""
    prefix = by_number[0].name.removesuffix("UNSPECIFIED")
    return str(by_number[number].name.removeprefix(prefix).replace("_", " ").lower())


def format_time(at: "Timestamp", zone: ZoneInfo) -> str:
    """A time in the co-op's zone."""
    return at.ToDatetime(tzinfo=UTC).astimezone(zone).strftime("%-d %B %Y %H:%M")
