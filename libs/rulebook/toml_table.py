"""Reads one table of a rulebook, key by key. A mistake is recorded in the source and a harmless value used, so that reading continues."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar, cast

from libs.rulebook.fraction_text import format_fraction, parse_fraction
from libs.rulebook.mistakes import closest_match, did_you_mean, join_words
from libs.rulebook.toml_source import KeyPath, TomlSource, TomlTree

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_DIGITS = re.compile(r"\d{1,5}", re.ASCII)
_Choice = TypeVar("_Choice", bound=StrEnum)
_KINDS = {bool: "true or false", str: "a text", int: "a whole number", float: "a number with a point", dict: "a table", list: "a list"}


class TomlTable:
    """Reads the keys of one table; `reject_unknown_keys` then reports the keys that were not read."""

    def __init__(self, source: TomlSource, path: KeyPath, tree: TomlTree) -> None:
        self._source = source
        self._tree = tree
        self._known: list[str] = []
        self.path = path

    def note(self, key: str, problem: str, suggestion: str) -> None:
        """Records a mistake about `key`, or about the whole table if `key` is empty."""
        self._source.note((*self.path, key) if key else self.path, problem, suggestion)

    def has(self, key: str) -> bool:
        """Whether the key is in the text, readable or not."""
        return (*self.path, key) in self._source.lines

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of this table, in the order written."""
        return tuple(self._tree)

    def take(self, key: str, *, required: str = "") -> object | None:
        """The raw value. If it is missing and `required` says what to write, that is a mistake."""
        self._known.append(key)
        if key in self._tree:
            return self._tree[key]
        if required and not self.has(key) and not self._source.cut_short and self._misspelt(key) is None:
            self.note("", f'"{key}" is missing in {self._title()}.', f"Add {required}.")
        return None

    def text(self, key: str, example: str, *, most: int = 2000) -> str:
        """A required text of 1 to `most` characters."""
        value = self.take(key, required=f'{key} = "{example}"')
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong_kind(key, "a text", value, f'{key} = "{example}"')
            return ""
        text = " ".join(value.split())
        if not text:
            self.note(key, f'"{key}" is empty.', f'Write {key} = "{example}".')
        elif len(text) > most:
            self.note(key, f'"{key}" has {len(text)} characters; at most {most} fit on a page.', "Say it shorter.")
        return text

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false; required when there is no default."""
        value = self.take(key, required=f"{key} = true or {key} = false" if default is None else "")
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            meant = str(value).lower() in ("yes", "true", "on", "1")
            self.wrong_kind(key, "true or false", value, f"{key} = {'true' if meant else 'false'}, without quotes")
            return bool(default)
        return value

    def integer(self, key: str, low: int, high: int, *, example: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`; required when there is no default."""
        value = self.take(key, required=f"{key} = {example}" if default is None else "")
        if value is None:
            return low if default is None else default
        if isinstance(value, bool) or not isinstance(value, int):
            meant = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else example
            self.wrong_kind(key, "a whole number", value, f"{key} = {meant}, without quotes or point")
            return low
        if not low <= value <= high:
            shown = value if abs(value) < 10**9 else "far too large" if value > 0 else "far too small"
            self.note(key, f'"{key}" is {shown}; it may be from {low} to {high}.', f"Write {key} = {min(max(value, low), high)}.")
            return low
        return value

    def choice(self, key: str, kinds: type[_Choice], default: _Choice | None = None) -> _Choice:
        """One of the words of `kinds`; required when there is no default."""
        words = [kind.value for kind in kinds]
        fallback = default if default is not None else next(iter(kinds))
        value = self.take(key, required=f'{key} = "{words[0]}"' if default is None else "")
        if value is None:
            return fallback
        if not isinstance(value, str):
            self.wrong_kind(key, "a text", value, f'{key} = "{closest_match(str(value), words) or words[0]}"')
            return fallback
        if value not in words:
            self.note(key, f'"{value}" is not a known {key}: {join_words(words)}.', did_you_mean(value, words))
            return fallback
        return kinds(value)

    def share(self, key: str, example: str, *, zero: bool = False, one: bool = True) -> Fraction | None:
        """An exact share above 0 (or from 0 when `zero`) and up to 1 (below it unless `one`); None when missing or mistaken."""
        value = self.take(key, required=f'{key} = "{example}"')
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong_kind(key, 'a share in quotes, like "1/10" or "10 %"', value, f'{key} = "{_suggest_share(value, example)}"')
            return None
        exact = parse_fraction(value)
        if exact is None:
            self.note(key, f'"{value[:40]}" is not a share.', f'Write {key} = "{example}", or as a percentage with %, in quotes.')
            return None
        if exact > 1 or exact < 0 or (exact == 0 and not zero) or (exact == 1 and not one):
            span = f"{'from 0' if zero else 'above 0'} and {'at most' if one else 'below'} 1 (100 %)"
            self.note(key, f'"{key}" is {value}; it must be {span}.', f'Write {key} = "{example}".')
            return None
        return exact

    def names(self, key: str, known: Iterable[str], what: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of known keys, each once."""
        known = tuple(known)
        value = self.take(key, required=f'{key} = ["{next(iter(known), what)}"]' if required else "")
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong_kind(key, "a list", value, f'{key} = ["{value if isinstance(value, str) else next(iter(known), what)}"]')
            return ()
        return tuple(name for name in self._distinct(key, cast("list[object]", value)) if self.is_known(key, name, known, what))

    def is_known(self, key: str, name: str, known: tuple[str, ...], what: str) -> bool:
        """Whether `name` is one of `known`; a mistake about `key` when it is not."""
        if name not in known:
            self.note(key, f'There is no {what} "{name}".', did_you_mean(name, known))
        return name in known

    def table(self, key: str, example: str = "") -> "TomlTable | None":
        """The table under `key`; required when an example says how to write it. None when missing or no table."""
        value = self.take(key, required=example)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong_kind(key, "a table", value, example or f"[{'.'.join((*self.path, key))}] as a heading")
            return None
        return TomlTable(self._source, (*self.path, key), cast("TomlTree", value))

    def tables(self) -> tuple[tuple[str, "TomlTable"], ...]:
        """Every key of this table with the table under it; keys must be plain small words."""
        tables = []
        for key in self.keys:
            self._check_key(key)
            inner = self.table(key)
            if inner is not None:
                tables.append((key, inner))
        return tuple(tables)

    def reject_unknown_keys(self, unsupported: Mapping[str, str] | None = None) -> None:
        """Reports every key that was not read; `unsupported` holds keys that people expect but this version lacks, with the reason."""
        for key in self.keys:
            if key in self._known:
                continue
            reason = (unsupported or {}).get(key)
            if reason is not None:
                self.note(key, reason, f'Take "{key}" out.')
                continue
            known = tuple(dict.fromkeys(self._known))
            closest = closest_match(key, (name for name in known if name not in self._tree)) or closest_match(key, known)
            suggestion = f'Did you mean "{closest}"?' if closest else f"Known here: {join_words(known)}."
            self.note(key, f'"{key}" is not known in {self._title()}.', suggestion)

    def wrong_kind(self, key: str, expected: str, value: object, example: str) -> None:
        """Records that the value of `key` has the wrong type."""
        actual = next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "a date or time")
        self.note(key, f'"{key}" must be {expected}, not {actual}.', f"Write {example}.")

    def _distinct(self, key: str, values: list[object]) -> list[str]:
        names: list[str] = []
        for value in values:
            if not isinstance(value, str):
                self.wrong_kind(key, "a list of texts", value, f'{key} = ["{value}"]')
            elif value in names:
                self.note(key, f'"{value}" is listed twice.', "List it once.")
            else:
                names.append(value)
        return names

    def _check_key(self, key: str) -> None:
        if not _KEY.fullmatch(key):
            simple = re.sub(r"[^a-z0-9]+", "_", key.lower()).strip("_") or "worker"
            problem = f'The key "{key[:60]}" may only have small letters, digits and _, begin with a letter and be at most 40 long.'
            self.note(key, problem, f'Write "{simple[:40]}" and put the full name under name = "...".')

    def _misspelt(self, key: str) -> str | None:
        """A key in this table that was probably meant to be `key`: it is then reported once, as unknown."""
        return next((other for other in self.keys if other not in self._known and closest_match(other, [key]) is not None), None)

    def _title(self) -> str:
        return f"[{'.'.join(self.path)}]" if self.path else "the rulebook"


def _suggest_share(value: object, example: str) -> str:
    if isinstance(value, float):
        # repr returns the digits that were typed; from there on the value is exact.
        text = repr(value)
        exact = Fraction(text) if re.fullmatch(r"\d+\.\d+", text) else None
        return format_fraction(exact) if exact is not None and exact <= 1 else f"{text} %" if exact is not None else example
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100:
        return f"{value} %"
    return example
