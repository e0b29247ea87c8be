"""Parses the TOML of a rulebook into tables, keeping the line of every key and recording every mistake."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import cast

from libs import texts
from libs.rulebook.mistakes import Mistake
from libs.rulebook.toml_statements import MAX_NESTING, TomlStatement, split_statements

MAX_BYTES = 256 * 1024
"""Bytes."""
MAX_STATEMENT_CHARACTERS = 6000
"""Characters of one statement: parsing a dotted key takes quadratic time."""
KeyPath = tuple[str, ...]
TomlTree = dict[str, object]
# These characters change the text direction: a line could display one rule and contain another.
_DIRECTION_MARKS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ERROR_LOCATION = re.compile(r" \(at (?:line \d+, column \d+|end of document)\)$")
_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)$")
_HEADER_GUESS = re.compile(r"\[{1,2}\s*([\w\-]+(?:\s*\.\s*[\w\-]+)*)")
_KEY_GUESS = re.compile(r"[\w\-]+(?:\s*\.\s*[\w\-]+)*")

_UNCLOSED = {
    "[": ("]", "Close the list with ]."),
    "{": ("}", "Close the braces with } in the same line."),
    '"': ("", 'Close the quote with " in the same line.'),
    "'": ("", "Close the quote with ' in the same line."),
}


@dataclass
class TomlSource:
    """The tables of a rulebook as far as they could be parsed, the line of each key, and the mistakes found."""

    tree: TomlTree = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    opened: set[KeyPath] = field(default_factory=set)
    """The tables that have their own heading."""
    cut_short: bool = False
    """An unclosed string swallowed part of the text, so missing keys cannot be reported."""

    def line_of(self, path: KeyPath) -> int:
        """The line of the key, or of the nearest enclosing table."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def note(self, path: KeyPath, problem: str, suggestion: str, *, line: int | None = None) -> None:
        """Records one mistake at the line of `path`."""
        self.mistakes.append(Mistake(self.line_of(path) if line is None else line, ".".join(path), problem, suggestion))


def parse_toml(content: bytes) -> TomlSource:
    """Parses the tables of `content`; anything unreadable is recorded as a mistake and left out."""
    source = TomlSource()
    text = _text(content, source)
    if text is not None:
        _read_statements(text, source)
        if not source.mistakes:
            _check_with_tomllib(text, source)
    return source


def _text(content: bytes, source: TomlSource) -> str | None:
    if len(content) > MAX_BYTES:
        problem = f"The file has {len(content)} bytes; a rulebook has at most {MAX_BYTES} (256 kB)."
        source.note((), problem, "Move long texts elsewhere.", line=1)
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        source.note((), "The file is saved as UTF-16.", 'Save it as "UTF-8".', line=1)
        return None
    if content.startswith(b"\xef\xbb\xbf"):
        source.note((), "The file begins with an invisible byte order mark.", 'Save it as "UTF-8", not "UTF-8 with BOM".', line=1)
        content = content[3:]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = f"Byte {content[error.start]:#04x} is not UTF-8 text; the file was probably saved in another encoding."
        source.note((), problem, 'Save it as "UTF-8".', line=line)
        return None
    # TOML allows Windows line ends; we treat them as line feeds.
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        line = text.replace("\r", "\n").count("\n", 0, text.index("\r")) + 1
        suggestion = "Let your editor save the file with Unix or Windows line ends."
        source.note((), "A line ends in a carriage return alone.", suggestion, line=line)
        text = text.replace("\r", "\n")
    _check_characters(text, source)
    return text


def _check_characters(text: str, source: TomlSource) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if _DIRECTION_MARKS.search(line):
            problem = "The line holds an invisible mark that turns the reading direction."
            source.note((), problem, "Delete the line and type it again.", line=number)
        if not unicodedata.is_normalized("NFC", line):
            suggestion = f"Type the letters again, or save the file in Unicode form NFC: {unicodedata.normalize('NFC', line).strip()[:60]}"
            source.note((), "An accented letter is written as letter and accent apart.", suggestion, line=number)


def _read_statements(text: str, source: TomlSource) -> None:
    table: KeyPath | None = ()
    for statement in split_statements(text):
        if statement.unclosed:
            problem = f"The text opened with {statement.unclosed} is never closed."
            source.note((), problem, f"Close it with {statement.unclosed} and check again.", line=statement.line)
            source.cut_short = True
        elif statement.too_deep:
            source.note((), "Brackets stand too deep inside one another.", "Close every bracket you opened.", line=statement.line)
        elif len(statement.text) > MAX_STATEMENT_CHARACTERS:
            problem = f"This statement has {len(statement.text)} characters; at most {MAX_STATEMENT_CHARACTERS} are read."
            source.note((), problem, "Say it shorter, or close what was opened here.", line=statement.line)
        elif statement.is_header:
            table = _open_table(statement, source)
        else:
            _read_value(statement, table, source)


def _open_table(statement: TomlStatement, source: TomlSource) -> KeyPath | None:
    """The path of the table that the following keys belong to, or None if the heading is invalid."""
    guess = _HEADER_GUESS.match(statement.text)
    path = tuple(part.strip() for part in guess[1].split(".")) if guess else None
    if statement.text.startswith("[["):
        name = ".".join(path) if path else "name"
        suggestion = f"Write [{name}.key] with a key of its own."
        source.note(path or (), "A rulebook has no lists of tables, [[...]].", suggestion, line=statement.line)
        return None
    try:
        path = _only_path(tomllib.loads(statement.text))
    except ValueError as error:
        suggestion = f"Write [{'.'.join(path)}]." if path else "Write [classes.key] or [resolutions.key]."
        source.note(path or (), f"This heading cannot be read: {_toml_problem(error)}.", suggestion, line=statement.line)
        if path is None:
            return None
    if len(path) > MAX_NESTING:
        source.note((), "This heading has too many parts.", "Write [classes.key] or [resolutions.key].", line=statement.line)
        return None
    if path in source.opened:
        problem = f"[{'.'.join(path)}] stands twice; the first is in line {source.lines[path]}."
        source.note(path, problem, "Put both under one heading.", line=statement.line)
        return None
    source.opened.add(path)
    source.lines[path] = statement.line
    if _table_at(source, path, statement.line) is None:
        source.note(path, f'"{".".join(path)}" was given a value before.', "Use one or the other.", line=statement.line)
        return None
    return path


def _read_value(statement: TomlStatement, table: KeyPath | None, source: TomlSource) -> None:
    key_text, equals, value_text = _split_at_equals(statement.text)
    try:
        key = _only_path(tomllib.loads(f"{key_text} = {{}}"))
    except ValueError:
        guess = _KEY_GUESS.match(key_text)
        key = tuple(part.strip() for part in guess[0].split(".")) if guess else ()
        if table is not None and 0 < len(key) <= MAX_NESTING:
            source.lines.setdefault((*table, *key), statement.line)
        problem, suggestion = "This line cannot be read.", 'Write key = "value", or begin the line with # to make it a comment.'
        source.note((*(table or ()), *key), problem, suggestion, line=statement.line)
        return
    if table is None:
        return
    path = (*table, *key)
    if not equals:
        suggestion = f'Write {key_text} = "value", or begin the line with #.'
        source.note(path, f'After "{key_text}" there is no "=".', suggestion, line=statement.line)
        return
    if len(path) > MAX_NESTING:
        source.note((), "This key has too many parts.", "Write key = value.", line=statement.line)
        return
    if path in source.lines:
        first = source.lines[path]
        source.note(path, f'"{key[-1]}" stands twice; the first is in line {first}.', "Keep one of the two.", line=statement.line)
        return
    source.lines[path] = statement.line
    try:
        value: object = tomllib.loads(statement.text)
    except ValueError as error:
        problem = f'The value of "{key[-1]}" cannot be read: {_toml_problem(error)}.'
        source.note(path, problem, _value_hint(key_text, value_text), line=statement.line)
        return
    for part in key:
        value = cast("TomlTree", value)[part]
    parent = _table_at(source, path[:-1], statement.line)
    if parent is None:
        source.note(path, f'"{".".join(path[:-1])}" was given a value before.', "Use one or the other.", line=statement.line)
    else:
        parent[path[-1]] = value
        _record_lines(source, path, value, statement.line)
        _check_escapes(source, path, value, statement)


def _check_escapes(source: TomlSource, path: KeyPath, value: object, statement: TomlStatement) -> None:
    """An escape such as U+0000 or U+202E, which the line itself does not show."""
    if texts.is_usable(statement.text) and not texts.all_usable(value):
        problem = f'The value of "{path[-1]}" holds a character that cannot be stored or shown.'
        source.note(path, problem, "Type the text again, without an escape.", line=statement.line)


def _record_lines(source: TomlSource, path: KeyPath, value: object, line: int) -> None:
    """Records keys in braces at the line of the key that they belong to."""
    if isinstance(value, dict):
        for key, inner in cast("TomlTree", value).items():
            source.lines[(*path, key)] = line
            _record_lines(source, (*path, key), inner, line)


def _table_at(source: TomlSource, path: KeyPath, line: int) -> TomlTree | None:
    """The table at `path`, created if missing; None if a value is in its place."""
    table = source.tree
    for depth, part in enumerate(path, start=1):
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            return None
        source.lines.setdefault(path[:depth], line)
        table = cast("TomlTree", inner)
    return table


def _only_path(tree: TomlTree) -> KeyPath:
    path: list[str] = []
    while tree:
        part, inner = next(iter(tree.items()))
        path.append(part)
        tree = cast("TomlTree", inner)
    return tuple(path)


def _split_at_equals(text: str) -> tuple[str, str, str]:
    """Key, equals sign and value; a quoted key may itself contain an equals sign."""
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


def _toml_problem(error: ValueError) -> str:
    text = _ERROR_LOCATION.sub("", str(error))
    return text[:1].lower() + text[1:] if text else "not TOML"


def _check_with_tomllib(text: str, source: TomlSource) -> None:
    """Checks that the standard library's parser accepts the whole text, and uses its result."""
    try:
        tree = tomllib.loads(text)
    except ValueError as error:
        location = _ERROR_LINE.search(str(error))
        line = int(location[1]) if location else 1
        source.note((), f"This is not valid TOML: {_toml_problem(error)}.", "Write each table and key once.", line=line)
    else:
        source.tree = tree
