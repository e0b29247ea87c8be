"""Between protobuf enums and the plain `StrEnum`s generated of them (`kith.*.v1.enums`): the same names, without the prefix."""

from enum import StrEnum
from typing import Any, TypeVar

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from libs.refusals import invalid

Word = TypeVar("Word", bound=StrEnum)
Default = TypeVar("Default")


def to_wire(enum: "EnumTypeWrapper | Any", word: StrEnum) -> Any:  # the generated enum classes are wrappers at run time, types for mypy
    """The number of a word. Raises ValueError when the enum has no such word."""
    return enum.Value(_prefix(enum) + word.name)


def from_wire(enum: "EnumTypeWrapper | Any", kind: type[Word], number: int, field: str, reason: str) -> Word:
    """The word of a number of a request's field. Raises Invalid with that reason for a number that names nothing."""
    by_number = enum.DESCRIPTOR.values_by_number
    name = by_number[number].name.removeprefix(_prefix(enum)) if number in by_number else ""
    if name not in kind.__members__:
        raise invalid(field, reason)
    return kind[name]


def known_word(enum: "EnumTypeWrapper | Any", kind: type[Word], number: int, default: Default) -> Word | Default:
    """The word of a number in a response; `default` for UNSPECIFIED and for a number that only a newer version knows."""
    by_number = enum.DESCRIPTOR.values_by_number
    name = by_number[number].name.removeprefix(_prefix(enum)) if number in by_number else ""
    return kind.__members__.get(name, default)


def _prefix(enum: "EnumTypeWrapper | Any") -> str:
    return str(enum.DESCRIPTOR.values[0].name).removesuffix("UNSPECIFIED")
