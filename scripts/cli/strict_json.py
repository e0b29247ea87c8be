"""Strict JSON reading: every error names its path, unknown keys are rejected, and numbers keep every digit."""

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from fractions import Fraction
from typing import NoReturn, TypeVar

from libs import texts

EnumT = TypeVar("EnumT", bound=StrEnum)

_FRACTION = re.compile(r"\d{1,15}(/\d{1,15}|\.\d{1,15})?", re.ASCII)
_MAX_EXCERPT = 40
_MAX_DIGITS = 1_000
"""Of a number with a point. With more, Python could not print it, and nobody counts so exactly."""
_MAX_INTEGER = 2**53 - 1
_ROOT = ""


class JsonNodeError(Exception):
    """What is wrong and where: `path` is such as `rule.shares.worker`, empty for the whole document."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}" if path else problem)
        self.path = path
        self.problem = problem


class JsonNode:
    """One value of a JSON document and its path, with methods that return it as a type or raise `JsonNodeError`."""

    def __init__(self, value: object, path: str = "") -> None:
        self.value = value
        self.path = path

    @classmethod
    def parse(cls, text: str, *, parse_float: Callable[[str], object] | None = None) -> "JsonNode":
        """Parses a document. Raises `JsonNodeError` for text that is not JSON or has a duplicate key.

        A number with a point or an exponent becomes what `parse_float` makes of it; a `Fraction` unless given.
        """
        try:
            return cls(
                json.loads(
                    text,
                    parse_float=parse_float or _parse_decimal,
                    # A float that is no number is refused where it stands, by the method that reads it.
                    parse_constant=parse_float or _reject_constant,
                    object_pairs_hook=_reject_duplicate_keys,
                )
            )
        except json.JSONDecodeError as error:
            raise JsonNodeError(_ROOT, f"not JSON: {error}") from error
        except RecursionError as error:
            raise JsonNodeError(_ROOT, "not JSON that can be read: lists or objects stand in one another too deeply") from error
        except ValueError as error:
            # Python says how to raise its limit in a program.
            why = "a whole number has too many digits" if "set_int_max_str_digits" in str(error) else str(error)
            raise JsonNodeError(_ROOT, f"not JSON that can be read: {why}") from error

    def fail(self, problem: str) -> NoReturn:
        raise JsonNodeError(self.path, problem)

    def is_object(self) -> bool:
        return isinstance(self.value, dict)

    def fields(self, known: Collection[str] | None = None) -> dict[str, "JsonNode"]:
        """The fields of an object. Raises for keys not in `known`, if given."""
        if not isinstance(self.value, dict):
            self.fail(f"must be an object with keys, not {self.excerpt()}")
        nodes = {str(key): JsonNode(value, f"{self.path}.{key}" if self.path else str(key)) for key, value in self.value.items()}
        for key, node in nodes.items():
            if known is not None and key not in known:
                node.fail(f"unknown field; known here: {', '.join(sorted(known))}")
        return nodes

    def items(self) -> list["JsonNode"]:
        if not isinstance(self.value, list):
            self.fail(f"must be a list, not {self.excerpt()}")
        return [JsonNode(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.fail(f"must be a word, not {self.excerpt()}")
        if not _is_printable(self.value):
            self.fail(f"holds a character that is not text: {self.excerpt()}")
        return self.value

    def names(self) -> tuple[str, ...]:
        """A tuple of names from a string or a list of strings."""
        return tuple(node.text() for node in self.items()) if isinstance(self.value, list) else (self.text(),)

    def integer(self) -> int:
        """A whole number, from zero to the largest that every JSON reader keeps exactly (RFC 8259, section 6)."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            self.fail(f"must be a whole number, zero or more, not {self.excerpt()}")
        if self.value > _MAX_INTEGER:
            self.fail(f"must be a whole number, at most {_MAX_INTEGER}, not {self.excerpt()}")
        return self.value

    def number(self, lowest: float, highest: float) -> float:
        """A number within these limits, of a document that was parsed with `parse_float=float`."""
        # Compared before it is converted: a whole number can be too large for a float.
        if isinstance(self.value, bool) or not isinstance(self.value, int | float) or not lowest <= self.value <= highest:
            self.fail(f"must be a number from {lowest:g} to {highest:g}, not {self.excerpt()}")
        return float(self.value)

    def fraction(self) -> Fraction:
        """`"3/4"`, `"0.75"`, 0.75, `"2"` or 2: all exact, none negative."""
        value = self.value
        if isinstance(value, str) and _FRACTION.fullmatch(value) and not re.search(r"/0+$", value):
            return Fraction(value)
        if isinstance(value, bool) or not isinstance(value, int | Fraction) or value < 0:
            self.fail(f'must be a fraction such as "3/4", not {self.excerpt()}')
        return Fraction(value)

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail(f"must be true or false, not {self.excerpt()}")
        return self.value

    def enum_member(self, enum: type[EnumT]) -> EnumT:
        if not isinstance(self.value, str) or self.value not in set(enum):
            self.fail(f"must be one of {', '.join(enum)}, not {self.excerpt()}")
        return enum(self.value)

    def excerpt(self) -> str:
        """The beginning of the value as JSON. It is made piece by piece: the whole may be too long or too deep to be written at all."""
        text = ""
        for piece in json.JSONEncoder(default=_excerpt_of_fraction).iterencode(self.value):
            text += piece
            if len(text) > _MAX_EXCERPT:
                return text[: _MAX_EXCERPT - 3] + "..."
        return text


def _parse_decimal(number: str) -> Fraction:
    if "e" in number.lower():
        message = f"write {number} without an exponent"
        raise ValueError(message)
    if len(number) > _MAX_DIGITS:
        message = f"a number with a point has at most {_MAX_DIGITS:,} digits"
        raise ValueError(message)
    return Fraction(number)


def _excerpt_of_fraction(number: Fraction) -> float | str:
    """As it was written, or nearly so; one that is too large for that as a fraction."""
    try:
        return float(number)
    except OverflowError:
        return str(number)


def _reject_constant(word: str) -> object:
    message = f"{word} is not a number"
    raise ValueError(message)


def _reject_duplicate_keys(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for key, value in pairs:
        if key in table:
            message = f"the key {json.dumps(key)} stands twice in one object"
            raise ValueError(message)
        if not _is_printable(key):
            message = f"the key {json.dumps(key)} holds a character that is not text"
            raise ValueError(message)
        table[key] = value
    return table


def _is_printable(text: str) -> bool:
    """Whether the text is usable and has no line break or tab either: it is printed in a table."""
    return texts.is_usable(text) and not any(unicodedata.category(character) == "Cc" for character in text)
