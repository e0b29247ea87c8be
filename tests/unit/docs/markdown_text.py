"""Reads the Markdown files of this repository for tests: text, links, code."""

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.checks import repository

ROOT = repository.ROOT
MARKDOWN_FILES = repository.list_files("*.md")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_INDENTED = re.compile(r"^(?: {4}).*$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ELEMENT = re.compile(r"<[a-z][^>]*>")


def read_text(path: Path | str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def link_targets(path: Path) -> list[str]:
    """The targets of links and images, outside code."""
    prose = _SPAN.sub("", _FENCE.sub("", read_text(path)))
    return [link or image for link, image in _LINK.findall(prose)]


def code_snippets(path: Path | str) -> Iterator[str]:
    """Every code snippet in a file: fences, indented blocks, spans."""
    whole = read_text(path)
    yield from _FENCE.findall(whole)
    rest = _FENCE.sub("", whole)
    yield from _INDENTED.findall(rest)
    yield from _SPAN.findall(rest)


def heading_anchors(path: Path) -> set[str]:
    """The anchors of all headings: lower-case letters and hyphens."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", read_text(path)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def prose_paragraphs(path: Path | str) -> list[str]:
    """The paragraphs of prose, without code, tables, headings and comments; a link counts as its text."""
    whole = _INDENTED.sub("", _FENCE.sub("", _ELEMENT.sub("", _COMMENT.sub("", read_text(path)))))
    whole = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", _SPAN.sub("it", whole)).replace("**", "")
    results = []
    for paragraph in re.split(r"\n\s*\n|\n(?=- |\d+\. )", whole):
        lines = [line for line in paragraph.splitlines() if not line.startswith(("|", "#"))]
        joined = " ".join(line.strip() for line in lines).strip()
        if joined:
            results.append(re.sub(r"^(?:- |\d+\. )", "", joined))
    return results


def example_diff(path: Path | str) -> str:
    """The example diff of a how-to; there is exactly one."""
    (block,) = re.findall(r"^```diff\n(.*?)^```", read_text(path), re.MULTILINE | re.DOTALL)
    return str(block)


def touched_paths(change: str) -> list[str]:
    """The files that a diff names, in order."""
    return re.findall(r"^diff --git a/(\S+) b/", change, re.MULTILINE)


def added_lines(change: str) -> dict[str, int]:
    """By file, how many lines that are not blank a diff adds or changes."""
    counts: dict[str, int] = {}
    name = ""
    for line in change.splitlines():
        if header := re.match(r"diff --git a/(\S+) b/", line):
            name = header[1]
        elif line.startswith("+") and not line.startswith("+++") and line[1:].strip():
            counts[name] = counts.get(name, 0) + 1
    return counts
