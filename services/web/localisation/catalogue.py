"""Every sentence of the pages, read from gettext catalogues when the process starts.

A message's id is a key such as `home.greeting`, never its English text, so that a sentence can be improved without touching a template.
`en` is complete; `en@easyread` is a variant of it, not a translation: messages that it leaves out are taken from `en`.

A message may hold `{name}` for values, which are escaped, and plain tags, which are not: catalogues are ours. A line of an Easy Read
message may begin with `[picture]`: the drawing beside that sentence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po
from markupsafe import Markup

from services.web.localisation.numbers import format_integer

FOLDER = Path(__file__).parent.parent / "catalogues"
PLAIN_ENGLISH, EASY_READ = "en", "en@easyread"
_PICTURE = re.compile(r"^\[(\w+)\] *")


@dataclass(frozen=True)
class Message:
    """One message. `plural` is None when the sentence does not change with a number."""

    singular: str
    plural: str | None = None


@dataclass(frozen=True)
class Sentence:
    """One sentence and the name of the picture beside it, empty for none."""

    picture: str
    text: Markup


@dataclass(frozen=True)
class MessageText:
    """The sentences of a message, before their values. `fixed` is all it says, where it has no values: most messages have none."""

    sentences: tuple[Sentence, ...]
    fixed: Markup | None

    def fill(self, n: int | None, values: Mapping[str, object]) -> list[Sentence]:
        """With the values, which are escaped."""
        filled = {**values, "n": format_integer(n)} if n is not None else values
        return [Sentence(line.picture, line.text.format(**filled)) for line in self.sentences]


@cache
def _read(text: str) -> MessageText:
    """Once for each text of the catalogues: reading them again for each page was half of its time."""
    sentences = tuple(map(_read_sentence, text.split("\n")))
    if any(name is not None for line in sentences for _, name, _, _ in Formatter().parse(line.text)):
        return MessageText(sentences, None)
    plain = tuple(Sentence(line.picture, line.text.format()) for line in sentences)
    return MessageText(plain, Markup(" ").join(line.text for line in plain))


def _read_sentence(line: str) -> Sentence:
    picture = _PICTURE.match(line)
    # The catalogues are part of the program; every value is escaped by Markup.format.
    return Sentence(picture[1] if picture else "", Markup(line[picture.end() :] if picture else line))  # noqa: S704 - see above


@dataclass(frozen=True)
class Catalogue:
    """All messages in plain English or in Easy Read."""

    variant: str
    messages: Mapping[str, Message] = field(repr=False)

    def say(self, key: str, n: int | None = None, /, **values: object) -> Markup:
        """The message with its values, without pictures. An unknown key is a mistake in the code and raises KeyError."""
        text = _read(self._text(key, n))
        if text.fixed is not None:
            return text.fixed
        said = [line.text for line in text.fill(n, values)]
        return said[0] if len(said) == 1 else Markup(" ").join(said)

    def sentences(self, key: str, n: int | None = None, /, **values: object) -> list[Sentence]:
        """The message sentence by sentence, each with its picture."""
        text = _read(self._text(key, n))
        return list(text.sentences) if text.fixed is not None else text.fill(n, values)

    def _text(self, key: str, n: int | None) -> str:
        message = self.messages[key]
        return message.plural if message.plural is not None and n != 1 else message.singular

    def has(self, key: str) -> bool:
        """Whether the catalogue has this message."""
        return key in self.messages


def load_catalogues(folder: Path = FOLDER) -> dict[str, Catalogue]:
    """The catalogues by name, each complete."""
    plain = read_catalogue(folder / f"{PLAIN_ENGLISH}.po")
    return {
        PLAIN_ENGLISH: Catalogue(PLAIN_ENGLISH, plain),
        EASY_READ: Catalogue(EASY_READ, plain | read_catalogue(folder / f"{EASY_READ}.po")),
    }


def read_catalogue(path: Path) -> dict[str, Message]:
    """The messages of one catalogue file, without untranslated ones."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en_GB")
    return {_key(entry.id): _message(entry.string) for entry in catalogue if entry.id and entry.string and _is_translated(entry.string)}


def _key(entry_id: str | list[str] | tuple[str, ...]) -> str:
    return entry_id if isinstance(entry_id, str) else entry_id[0]


def _is_translated(string: str | list[str] | tuple[str, ...]) -> bool:
    return bool(string) and all([string] if isinstance(string, str) else string)


def _message(string: str | list[str] | tuple[str, ...]) -> Message:
    return Message(string) if isinstance(string, str) else Message(string[0], string[1])
