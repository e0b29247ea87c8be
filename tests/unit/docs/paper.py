"""What the tests about the papers look at: the Markdown of this repository, its links, its code."""

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.checks import tree

ROOT = tree.ROOT
PAPERS = tree.files("*.md")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_INDENTED = re.compile(r"^(?: {4}).*$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ELEMENT = re.compile(r"<[a-z][^>]*>")


def text(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def links(path: Path) -> list[str]:
    """Targets of links and pictures; what stands in code is not one."""
    prose = _SPAN.sub("", _FENCE.sub("", text(path)))
    return [one or two for one, two in _LINK.findall(prose)]


def code(path: Path | str) -> Iterator[str]:
    """Every piece of code in a paper: fences, indented blocks, spans."""
    whole = text(path)
    yield from _FENCE.findall(whole)
    rest = _FENCE.sub("", whole)
    yield from _INDENTED.findall(rest)
    yield from _SPAN.findall(rest)


def anchors(path: Path) -> set[str]:
    """The names that a heading gives itself: small letters and hyphens."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text(path)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def prose(path: Path | str) -> list[str]:
    """What a reader reads as sentences: no code, tables, headings or comments; a span or a link counts as what it shows."""
    whole = _INDENTED.sub("", _FENCE.sub("", _ELEMENT.sub("", _COMMENT.sub("", text(path)))))
    whole = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", _SPAN.sub("it", whole)).replace("**", "")
    found = []
    for paragraph in re.split(r"\n\s*\n|\n(?=- |\d+\. )", whole):
        lines = [line for line in paragraph.splitlines() if not line.startswith(("|", "#"))]
        joined = " ".join(line.strip() for line in lines).strip()
        if joined:
            found.append(re.sub(r"^(?:- |\d+\. )", "", joined))
    return found


def diff(path: Path | str) -> str:
    """The one example change of a how-to."""
    (found,) = re.findall(r"^```diff\n(.*?)^```", text(path), re.MULTILINE | re.DOTALL)
    return str(found)
