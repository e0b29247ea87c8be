"""Every sentence of the pages, read from gettext catalogues when the process starts.

A message's id is a key such as `home.greeting`, never its English text, so that a sentence can be made better without touching a template.
`en` is the whole; `en@easyread` is a register of it, not a translation: what it does not say again is said in `en`.

A message may hold `{name}` for values, which are escaped, and plain tags, which are not: catalogues are ours. A line of an Easy Read
message may begin with `[picture]`: the drawing beside that sentence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.pofile import read_po
from markupsafe import Markup

from services.web.words.numbers import grouped

FOLDER = Path(__file__).parent.parent / "catalogues"
PLAIN, EASY = "en", "en@easyread"
_PICTURE = re.compile(r"^\[(\w+)\] *")


@dataclass(frozen=True)
class Message:
    """`many` is None when the sentence does not change with a number."""

    one: str
    many: str | None = None


@dataclass(frozen=True)
class Line:
    """One sentence and the name of the drawing beside it, empty for none."""

    picture: str
    text: Markup


@dataclass(frozen=True)
class Words:
    """All messages of one register."""

    register: str
    messages: Mapping[str, Message] = field(repr=False)

    def say(self, key: str, n: int | None = None, /, **values: object) -> Markup:
        """The sentence, with its values; pictures left out. An unknown key is a mistake in the code and raises KeyError."""
        return Markup(" ").join(line.text for line in self.lines(key, n, **values))

    def lines(self, key: str, n: int | None = None, /, **values: object) -> list[Line]:
        """The message line by line, each with its picture."""
        message = self.messages[key]
        text = message.many if message.many is not None and n != 1 else message.one
        if n is not None:
            values["n"] = grouped(n)
        return [_line(part, values) for part in text.split("\n")]

    def knows(self, key: str) -> bool:
        """Whether there is such a message."""
        return key in self.messages


def read(folder: Path = FOLDER) -> dict[str, Words]:
    """The registers by name, each complete."""
    plain = messages(folder / f"{PLAIN}.po")
    return {PLAIN: Words(PLAIN, plain), EASY: Words(EASY, plain | messages(folder / f"{EASY}.po"))}


def messages(path: Path) -> dict[str, Message]:
    """What one catalogue file holds; untranslated messages are left out."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en_GB")
    return {_key(entry.id): _message(entry.string) for entry in catalogue if entry.id and entry.string and _filled(entry.string)}


def _key(entry_id: str | list[str] | tuple[str, ...]) -> str:
    return entry_id if isinstance(entry_id, str) else entry_id[0]


def _filled(string: str | list[str] | tuple[str, ...]) -> bool:
    return bool(string) and all([string] if isinstance(string, str) else string)


def _message(string: str | list[str] | tuple[str, ...]) -> Message:
    return Message(string) if isinstance(string, str) else Message(string[0], string[1])


def _line(text: str, values: Mapping[str, object]) -> Line:
    found = _PICTURE.match(text)
    rest = text[found.end() :] if found else text
    # The catalogues are part of the program; every value is escaped by Markup.format.
    return Line(found[1] if found else "", Markup(rest).format(**values))  # noqa: S704 - see above
