"""Which text can be stored and shown: decided once, for every edge where text comes in.

PostgreSQL and file names cannot hold a NUL, UTF-8 no lone surrogate. Other control characters and those that turn the direction of writing
around (Unicode TR 36, "Trojan Source") make one text look like another: a title that reads "Yes" and says "No". Marks of direction (U+200E,
U+200F, U+061C) and joiners (U+200C, U+200D) stay: Arabic, Persian and Hindi are not written without them.
"""

import re
import unicodedata
from collections.abc import Mapping

_UNUSABLE = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters, but for tab, line feed and carriage return
    r"\ud800-\udfff"  # surrogates: no characters
    r"\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of direction
    r"\ufdd0-\ufdef\ufffe\uffff"  # never characters
)
_PATTERN = re.compile(f"[{_UNUSABLE}]")
_search = _PATTERN.search


def is_usable(text: str) -> bool:
    """Whether the text can be stored, sent and shown as it is."""
    return _search(text) is None


def all_usable(value: object) -> bool:
    """Whether every text is usable in a value as JSON or TOML have it: escapes hide in texts, in keys, and at any depth."""
    if isinstance(value, str):
        return is_usable(value)
    if isinstance(value, Mapping):
        return all(all_usable(key) and all_usable(part) for key, part in value.items())
    return not isinstance(value, list) or all(map(all_usable, value))


def clean(text: str) -> str:
    """The text as a form takes it: composed (NFC), without the characters that nobody types and that pasting brings along."""
    return unicodedata.normalize("NFC", _PATTERN.sub("", text))
