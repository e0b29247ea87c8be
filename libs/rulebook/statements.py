"""Cuts a TOML text into its statements, each with its line.

TOML parsers give no line for a key, and stop at the first mistake. Cutting first lets every statement be parsed by itself: each mistake
is found in its own line, and the rest of the file is still read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_NESTED = 8
_NEXT_STATEMENT = re.compile(r"[ \t]*(?:\[{1,2}[ \t]*[A-Za-z_][\w.\- ]*\]|[A-Za-z_][\w.\-]*[ \t]*=)")
_OPENING, _CLOSING = "[{", "]}"


@dataclass(frozen=True)
class Statement:
    """A table header or `key = value`, as written; `line` counts from 1."""

    line: int
    text: str
    unclosed: str = ""
    """The text mark, `\"\"\"` or `'''`, that was opened and never closed: everything after it was swallowed."""
    too_deep: bool = False

    @property
    def is_header(self) -> bool:
        """Whether this opens a table."""
        return self.text.startswith("[")


def statements(text: str) -> Iterator[Statement]:
    """Every statement of `text` in order; blank lines and comments are left out. Lines end in a line feed."""
    at, line = 0, 1
    while at < len(text):
        char = text[at]
        if char in " \t\n":
            line += char == "\n"
            at += 1
        elif char == "#":
            at = _end_of_line(text, at)
        else:
            end, unclosed, too_deep = _end_of_statement(text, at)
            cut = text[at:end]
            yield Statement(line, cut.rstrip(), unclosed, too_deep)
            line += cut.count("\n")
            at = end


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _end_of_statement(text: str, at: int) -> tuple[int, str, bool]:
    depth, deepest = 0, 0
    while at < len(text):
        char = text[at]
        if char == "\n" and (depth <= 0 or _NEXT_STATEMENT.match(text, at + 1)):
            break
        if char == "#":
            at = _end_of_line(text, at)
            continue
        if char in "\"'":
            at, unclosed = _end_of_string(text, at)
            if unclosed:
                return at, unclosed, deepest > MOST_NESTED
            continue
        depth += (char in _OPENING) - (char in _CLOSING)
        deepest = max(deepest, depth)
        at += 1
    return at, "", deepest > MOST_NESTED


def _end_of_string(text: str, at: int) -> tuple[int, str]:
    quote = text[at]
    if text.startswith(quote * 3, at):
        return _end_of_long_string(text, at + 3, quote * 3)
    at += 1
    while at < len(text) and text[at] not in ("\n", quote):
        at += 2 if text[at] == "\\" and quote == '"' and text[at + 1 : at + 2] != "\n" else 1
    return (at + 1 if text[at : at + 1] == quote else min(at, len(text))), ""


def _end_of_long_string(text: str, at: int, mark: str) -> tuple[int, str]:
    while at < len(text):
        if text[at] == "\\" and mark == '"""':
            at += 2
        elif text.startswith(mark, at):
            at += 3
            # Up to two quotes may stand directly before the closing three.
            while text[at : at + 1] == mark[0]:
                at += 1
            return at, ""
        else:
            at += 1
    return len(text), mark
