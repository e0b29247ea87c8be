"""From the bytes of a rulebook to its tables, with the line of every key, and with every slip of the pen named."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import cast

from libs.rulebook.mistakes import Mistake
from libs.rulebook.statements import MOST_NESTED, Statement, statements

LARGEST = 256 * 1024
"""Bytes."""
LONGEST = 6000
"""Characters of one statement: reading a dotted key takes time with the square of its length."""
Path = tuple[str, ...]
Tree = dict[str, object]
# These marks turn the reading direction of what follows: a line could show one rule and hold another.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_WHERE = re.compile(r" \(at (?:line \d+, column \d+|end of document)\)$")
_LAST_LINE = re.compile(r"\(at line (\d+), column \d+\)$")
_HEADER_GUESS = re.compile(r"\[{1,2}\s*([\w\-]+(?:\s*\.\s*[\w\-]+)*)")
_KEY_GUESS = re.compile(r"[\w\-]+(?:\s*\.\s*[\w\-]+)*")

_UNCLOSED = {
    "[": ("]", "Close the list with ]."),
    "{": ("}", "Close the braces with } in the same line."),
    '"': ("", 'Close the quote with " in the same line.'),
    "'": ("", "Close the quote with ' in the same line."),
}


@dataclass
class Source:
    """The tables of a rulebook as far as they could be read, where each key stands, and the mistakes found on the way."""

    tree: Tree = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    opened: set[Path] = field(default_factory=set)
    """The tables that have a heading of their own."""
    cut_short: bool = False
    """Part of the text was swallowed by an unclosed text, so that nothing can be said about what is missing."""

    def line_of(self, path: Path) -> int:
        """The line of the key, or of the nearest table around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def note(self, path: Path, problem: str, suggestion: str, *, line: int | None = None) -> None:
        """Notes one mistake at the line of `path`."""
        self.mistakes.append(Mistake(self.line_of(path) if line is None else line, ".".join(path), problem, suggestion))


def source(content: bytes) -> Source:
    """Reads the tables of `content`; what cannot be read is noted and left out."""
    found = Source()
    text = _text(content, found)
    if text is not None:
        _read_statements(text, found)
        if not found.mistakes:
            _agree_with_toml(text, found)
    return found


def _text(content: bytes, found: Source) -> str | None:
    if len(content) > LARGEST:
        problem = f"The file has {len(content)} bytes; a rulebook has at most {LARGEST} (256 kB)."
        found.note((), problem, "Move long texts elsewhere.", line=1)
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        found.note((), "The file is saved as UTF-16.", 'Save it as "UTF-8".', line=1)
        return None
    if content.startswith(b"\xef\xbb\xbf"):
        found.note((), "The file begins with an invisible byte order mark.", 'Save it as "UTF-8", not "UTF-8 with BOM".', line=1)
        content = content[3:]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"Byte {content[error.start]:#04x} is not UTF-8 text; the file was probably saved in another encoding."
        found.note((), problem, 'Save it as "UTF-8".', line=line)
        return None
    # TOML allows the line ends of Windows; they are one line end to us.
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        line = text.replace("\r", "\n").count("\n", 0, text.index("\r")) + 1
        suggestion = "Let your editor save the file with Unix or Windows line ends."
        found.note((), "A line ends in a carriage return alone.", suggestion, line=line)
        text = text.replace("\r", "\n")
    _check_characters(text, found)
    return text


def _check_characters(text: str, found: Source) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if _TURNING.search(line):
            problem = "The line holds an invisible mark that turns the reading direction."
            found.note((), problem, "Delete the line and type it again.", line=number)
        if not unicodedata.is_normalized("NFC", line):
            suggestion = f"Type the letters again, or save the file in Unicode form NFC: {unicodedata.normalize('NFC', line).strip()[:60]}"
            found.note((), "An accented letter is written as letter and accent apart.", suggestion, line=number)


def _read_statements(text: str, found: Source) -> None:
    table: Path | None = ()
    for statement in statements(text):
        if statement.unclosed:
            problem = f"The text opened with {statement.unclosed} is never closed."
            found.note((), problem, f"Close it with {statement.unclosed} and check again.", line=statement.line)
            found.cut_short = True
        elif statement.too_deep:
            found.note((), "Brackets stand too deep inside one another.", "Close every bracket you opened.", line=statement.line)
        elif len(statement.text) > LONGEST:
            problem = f"This statement has {len(statement.text)} characters; at most {LONGEST} are read."
            found.note((), problem, "Say it shorter, or close what was opened here.", line=statement.line)
        elif statement.is_header:
            table = _open_table(statement, found)
        else:
            _put_value(statement, table, found)


def _open_table(statement: Statement, found: Source) -> Path | None:
    """Where the keys that follow belong, or None when they belong nowhere."""
    guess = _HEADER_GUESS.match(statement.text)
    path = tuple(part.strip() for part in guess[1].split(".")) if guess else None
    if statement.text.startswith("[["):
        name = ".".join(path) if path else "name"
        suggestion = f"Write [{name}.key] with a key of its own."
        found.note(path or (), "A rulebook has no lists of tables, [[...]].", suggestion, line=statement.line)
        return None
    try:
        path = _only_path(tomllib.loads(statement.text))
    except ValueError as error:
        suggestion = f"Write [{'.'.join(path)}]." if path else "Write [classes.key] or [resolutions.key]."
        found.note(path or (), f"This heading cannot be read: {_plainly(error)}.", suggestion, line=statement.line)
        if path is None:
            return None
    if len(path) > MOST_NESTED:
        found.note((), "This heading has too many parts.", "Write [classes.key] or [resolutions.key].", line=statement.line)
        return None
    if path in found.opened:
        problem = f"[{'.'.join(path)}] stands twice; the first is in line {found.lines[path]}."
        found.note(path, problem, "Put both under one heading.", line=statement.line)
        return None
    found.opened.add(path)
    found.lines[path] = statement.line
    if _place(found, path, statement.line) is None:
        found.note(path, f'"{".".join(path)}" was given a value before.', "Use one or the other.", line=statement.line)
        return None
    return path


def _put_value(statement: Statement, table: Path | None, found: Source) -> None:
    key_text, equals, value_text = _around_equals(statement.text)
    try:
        key = _only_path(tomllib.loads(f"{key_text} = {{}}"))
    except ValueError:
        guess = _KEY_GUESS.match(key_text)
        key = tuple(part.strip() for part in guess[0].split(".")) if guess else ()
        if table is not None and 0 < len(key) <= MOST_NESTED:
            found.lines.setdefault((*table, *key), statement.line)
        problem, suggestion = "This line cannot be read.", 'Write key = "value", or begin the line with # to make it a comment.'
        found.note((*(table or ()), *key), problem, suggestion, line=statement.line)
        return
    if table is None:
        return
    path = (*table, *key)
    if not equals:
        suggestion = f'Write {key_text} = "value", or begin the line with #.'
        found.note(path, f'After "{key_text}" there is no "=".', suggestion, line=statement.line)
        return
    if len(path) > MOST_NESTED:
        found.note((), "This key has too many parts.", "Write key = value.", line=statement.line)
        return
    if path in found.lines:
        first = found.lines[path]
        found.note(path, f'"{key[-1]}" stands twice; the first is in line {first}.', "Keep one of the two.", line=statement.line)
        return
    found.lines[path] = statement.line
    try:
        value: object = tomllib.loads(statement.text)
    except ValueError as error:
        problem = f'The value of "{key[-1]}" cannot be read: {_plainly(error)}.'
        found.note(path, problem, _value_hint(key_text, value_text), line=statement.line)
        return
    for part in key:
        value = cast("Tree", value)[part]
    parent = _place(found, path[:-1], statement.line)
    if parent is None:
        found.note(path, f'"{".".join(path[:-1])}" was given a value before.', "Use one or the other.", line=statement.line)
    else:
        parent[path[-1]] = value
        _place_lines(found, path, value, statement.line)


def _place_lines(found: Source, path: Path, value: object, line: int) -> None:
    """Keys in braces stand in the line of the key they belong to."""
    if isinstance(value, dict):
        for key, inner in cast("Tree", value).items():
            found.lines[(*path, key)] = line
            _place_lines(found, (*path, key), inner, line)


def _place(found: Source, path: Path, line: int) -> Tree | None:
    """The table at `path`, made when it is not there yet; None when a value stands in the way."""
    here = found.tree
    for depth, part in enumerate(path, start=1):
        inner = here.setdefault(part, {})
        if not isinstance(inner, dict):
            return None
        found.lines.setdefault(path[:depth], line)
        here = cast("Tree", inner)
    return here


def _only_path(tree: Tree) -> Path:
    path: list[str] = []
    while tree:
        part, inner = next(iter(tree.items()))
        path.append(part)
        tree = cast("Tree", inner)
    return tuple(path)


def _around_equals(text: str) -> tuple[str, str, str]:
    """Key, equals sign and value; a quoted key may itself hold an equals sign."""
    quoted = re.match(r"""\s*(?:"[^"\n]*"|'[^'\n]*')[^=\n]*""", text)
    if quoted is not None and text[quoted.end() : quoted.end() + 1] == "=":
        return quoted[0].strip(), "=", text[quoted.end() + 1 :].strip()
    key, equals, value = text.split("\n", 1)[0].partition("=")
    return key.split("#", 1)[0].strip() if not equals else key.strip(), equals, value.strip()


def _value_hint(key: str, value: str) -> str:
    bare = value.split("#", 1)[0].strip()
    if bare.lower() in ("true", "yes", "false", "no"):
        return f"Write {key} = {'true' if bare.lower() in ('true', 'yes') else 'false'}."
    if not bare:
        return f'Write {key} = "value".'
    if bare[0] in _UNCLOSED:
        closing, suggestion = _UNCLOSED[bare[0]]
        unclosed = bare.count(bare[0]) != bare.count(closing) if closing else bare.count(bare[0]) == 1
        return suggestion if unclosed else "See docs/formats/rulebook.md for how to write it."
    return f'Put it in quotes: {key} = "{bare[:60]}".'


def _plainly(error: ValueError) -> str:
    said = _WHERE.sub("", str(error))
    return said[:1].lower() + said[1:] if said else "not TOML"


def _agree_with_toml(text: str, found: Source) -> None:
    """The whole text must also be TOML to everybody else, and say the same."""
    try:
        tree = tomllib.loads(text)
    except ValueError as error:
        where = _LAST_LINE.search(str(error))
        line = int(where[1]) if where else 1
        found.note((), f"This is not valid TOML: {_plainly(error)}.", "Write each table and key once.", line=line)
    else:
        found.tree = tree
