"""Splits a TOML text into its statements, each with its line.

TOML parsers report no line for a key and stop at the first mistake. Splitting first lets every statement be parsed on its own: each mistake
is found on its own line, and the rest of the file is still parsed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_NESTING = 8
_NEXT_STATEMENT = re.compile(r"[ \t]*(?:\[{1,2}[ \t]*[A-Za-z_][\w.\- ]*\]|[A-Za-z_][\w.\-]*[ \t]*=)")
_OPENING, _CLOSING = "[{", "]}"


@dataclass(frozen=True)
class TomlStatement:
    """A table header or `key = value`, as written; `line` counts from 1."""

    line: int
    text: str
    unclosed: str = ""
    """The quotes, `\"\"\"` or `'''`, that were opened and never closed: they swallow everything after them."""
    too_deep: bool = False

    @property
    def is_header(self) -> bool:
        """Whether this opens a table."""
        return self.text.startswith("[")


def split_statements(text: str) -> Iterator[TomlStatement]:
    """Yields every statement of `text` in order, without blank lines and comments. Lines end in a line feed."""
    position, line = 0, 1
    while position < len(text):
        char = text[position]
        if char in " \t\n":
            line += char == "\n"
            position += 1
        elif char == "#":
            position = _end_of_line(text, position)
        else:
            end, unclosed, too_deep = _end_of_statement(text, position)
            statement = text[position:end]
            yield TomlStatement(line, statement.rstrip(), unclosed, too_deep)
            line += statement.count("\n")
            position = end


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _end_of_statement(text: str, position: int) -> tuple[int, str, bool]:
    depth, deepest = 0, 0
    while position < len(text):
        char = text[position]
        if char == "\n" and (depth <= 0 or _NEXT_STATEMENT.match(text, position + 1)):
            break
        if char == "#":
            position = _end_of_line(text, position)
            continue
        if char in "\"'":
            position, unclosed = _end_of_string(text, position)
            if unclosed:
                return position, unclosed, deepest > MAX_NESTING
            continue
        depth += (char in _OPENING) - (char in _CLOSING)
        deepest = max(deepest, depth)
        position += 1
    return position, "", deepest > MAX_NESTING


def _end_of_string(text: str, position: int) -> tuple[int, str]:
    quote = text[position]
    if text.startswith(quote * 3, position):
        return _end_of_long_string(text, position + 3, quote * 3)
    position += 1
    while position < len(text) and text[position] not in ("\n", quote):
        position += 2 if text[position] == "\\" and quote == '"' and text[position + 1 : position + 2] != "\n" else 1
    return (position + 1 if text[position : position + 1] == quote else min(position, len(text))), ""


def _end_of_long_string(text: str, position: int, quotes: str) -> tuple[int, str]:
    while position < len(text):
        if text[position] == "\\" and quotes == '"""':
            position += 2
        elif text.startswith(quotes, position):
            position += 3
            # Up to two quotes may come directly before the closing three.
            while text[position : position + 1] == quotes[0]:
                position += 1
            return position, ""
        else:
            position += 1
    return len(text), quotes
