"""What people read on a page, and what must never be among it: markup, entities, catalogue keys, Python's words and reason codes."""

import re
from html.parser import HTMLParser

from services.web.localisation.catalogue import PLAIN_ENGLISH, load_catalogues

KEYS = frozenset(load_catalogues()[PLAIN_ENGLISH].messages)
_NOT_SHOWN = frozenset({"script", "style", "template"})
_EXACT = frozenset({"pre", "code", "textarea"})
"""What stands in these is quoted letter by letter: the text of a rulebook, what to type, what somebody wrote."""
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path", "circle"})
_READ_ALOUD = ("aria-label", "alt", "title", "placeholder")
_WORD = re.compile(r"[a-z_]+(?:\.[A-Za-z_0-9]+)+")
_FORBIDDEN = {
    "a tag": re.compile(r"</?[a-zA-Z][^<>]*>"),
    "an entity": re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});"),
    "a placeholder": re.compile(r"\{\w*\}|%\(\w+\)s"),
    # English has None and True as well, at the beginning of a sentence.
    "a word of Python": re.compile(
        r"^(?:None|True|False)$|(?<=[\w,;:(] )(?:None|True|False)\b|\b(?:Undefined|NaN)\b|\bMarkup\(| object at 0x"
    ),
    "a reason code": re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b"),
}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown += [value for name, value in attrs if name in _READ_ALOUD and value]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown += [value for name, value in attrs if name in _READ_ALOUD and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {*self._open} & (_NOT_SHOWN | _EXACT) and data.strip():
            self.shown.append(" ".join(data.split()))


def visible_text(page: str) -> list[str]:
    """The pieces of text that a person sees or hears, without what is quoted letter by letter."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.shown


def mistakes(page: str) -> list[str]:
    """What a person should never read, each with the text in which it stands."""
    return mistakes_in(visible_text(page))


def mistakes_in(texts: list[str]) -> list[str]:
    """The same for text that a browser shows."""
    wrong = [f"{what} in {text!r}" for text in texts for what, pattern in _FORBIDDEN.items() if pattern.search(text)]
    return wrong + [f"a catalogue key in {text!r}" for text in texts for word in _WORD.findall(text) if word in KEYS]
