"""JSON read by people's rules: every refusal names the place, no key is overlooked, and no number loses a digit."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum
from fractions import Fraction
from typing import NoReturn, TypeVar

Word = TypeVar("Word", bound=StrEnum)

_FRACTION = re.compile(r"\d{1,15}(/\d{1,15}|\.\d{1,15})?", re.ASCII)
_LONGEST_SHOWN = 40
_LARGEST = 2**53 - 1
_WHOLE = ""


class BadPartError(Exception):
    """What is wrong and where: `place` is a path such as `rule.shares.worker`, empty for the whole."""

    def __init__(self, place: str, wrong: str) -> None:
        super().__init__(f"{place}: {wrong}" if place else wrong)
        self.place = place
        self.wrong = wrong


class Part:
    """One value of a JSON text and the path that leads to it."""

    def __init__(self, value: object, place: str = "") -> None:
        self.value = value
        self.place = place

    @classmethod
    def parse(cls, text: str) -> "Part":
        """Raises `BadPartError` for text that is not JSON or names a key twice."""
        try:
            return cls(json.loads(text, parse_float=_exact, parse_constant=_no_constant, object_pairs_hook=_once))
        except json.JSONDecodeError as wrong:
            raise BadPartError(_WHOLE, f"not JSON: {wrong}") from wrong
        except (RecursionError, ValueError) as wrong:
            raise BadPartError(_WHOLE, f"not JSON that can be read: {wrong}") from wrong

    def refuse(self, wrong: str) -> NoReturn:
        raise BadPartError(self.place, wrong)

    def is_table(self) -> bool:
        return isinstance(self.value, dict)

    def table(self, known: Collection[str] | None = None) -> dict[str, "Part"]:
        """The keys of an object; with `known`, no others."""
        if not isinstance(self.value, dict):
            self.refuse(f"must be an object with keys, not {self.shown()}")
        parts = {str(key): Part(value, f"{self.place}.{key}" if self.place else str(key)) for key, value in self.value.items()}
        for key, part in parts.items():
            if known is not None and key not in known:
                part.refuse(f"unknown field; known here: {', '.join(sorted(known))}")
        return parts

    def items(self) -> list["Part"]:
        if not isinstance(self.value, list):
            self.refuse(f"must be a list, not {self.shown()}")
        return [Part(value, f"{self.place}[{at}]") for at, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            self.refuse(f"must be a word, not {self.shown()}")
        if not _safe(self.value):
            self.refuse(f"holds a character that is not text: {self.shown()}")
        return self.value

    def names(self) -> tuple[str, ...]:
        """One name or a list of names."""
        return tuple(part.text() for part in self.items()) if isinstance(self.value, list) else (self.text(),)

    def number(self) -> int:
        """A whole number, from zero to the largest that every JSON reader keeps exactly (RFC 8259, section 6)."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 0 <= self.value <= _LARGEST:
            self.refuse(f"must be a whole number, zero or more, not {self.shown()}")
        return self.value

    def fraction(self) -> Fraction:
        """`"3/4"`, `"0.75"`, 0.75, `"2"` or 2: all exact, none negative."""
        value = self.value
        if isinstance(value, str) and _FRACTION.fullmatch(value) and not re.search(r"/0+$", value):
            return Fraction(value)
        if isinstance(value, bool) or not isinstance(value, int | Fraction) or value < 0:
            self.refuse(f'must be a fraction such as "3/4", not {self.shown()}')
        return Fraction(value)

    def yes_or_no(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse(f"must be true or false, not {self.shown()}")
        return self.value

    def word_of(self, words: type[Word]) -> Word:
        if not isinstance(self.value, str) or self.value not in set(words):
            self.refuse(f"must be one of {', '.join(words)}, not {self.shown()}")
        return words(self.value)

    def shown(self) -> str:
        shown = json.dumps(self.value, default=str)
        return shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 3] + "..."


def _exact(number: str) -> Fraction:
    if "e" in number.lower():
        wrong = f"write {number} without an exponent"
        raise ValueError(wrong)
    return Fraction(number)


def _no_constant(word: str) -> object:
    wrong = f"{word} is not a number"
    raise ValueError(wrong)


def _once(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    table: dict[str, object] = {}
    for key, value in pairs:
        if key in table:
            wrong = f"the key {json.dumps(key)} stands twice in one object"
            raise ValueError(wrong)
        if not _safe(key):
            wrong = f"the key {json.dumps(key)} holds a character that is not text"
            raise ValueError(wrong)
        table[key] = value
    return table


def _safe(text: str) -> bool:
    """No control characters, which could rewrite a terminal, and no lone surrogates, which no file can hold."""
    return not any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)
