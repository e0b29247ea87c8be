"""Searches the repository for text that must not be committed, and for `noqa` and `type: ignore` comments without a reason."""

import re
from collections.abc import Iterator

from scripts.checks import repository

# Each pattern is written so that it does not match itself.
_FORBIDDEN = (
    (re.compile(r"\b(?:[T]ODO|[F]IXME|[X]XX|[H]ACK)\b"), "unfinished: finish it, or write an issue"),
    (re.compile(r"[r]aise NotImplemented(?:Error)?\b|\b[n]ot (?:yet )?implemented\b|[l]orem ipsum|\b[c]oming soon\b"), "a stub"),
    (re.compile(r"pytest\.(?:mark\.)?(?:[s]kip|[x]fail)|importorskip|unittest\.[s]kip"), "a test that may not run proves nothing"),
    (
        re.compile(r"(?:pypi\.(?:org|io)|[p]ythonhosted\.org|[n]pmjs\.(?:org|com)|[-]-(?:extra-)?index-url)"),
        "the address of a package registry",
    ),
    (re.compile(r"(?<![\w.])/(?:[w]ork|[r]oot|[h]ome/\w+|[U]sers/\w+)/"), "a path of somebody's machine"),
    (re.compile(r"^(?:<{7}|>{7}|[|]{7}) ", re.MULTILINE), "a merge that was not finished"),
)
_NOQA = re.compile(r"#\s*noqa\b(?P<rest>[^#]*)")
_NOQA_REASON = re.compile(r":\s*[A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*\s+--?\s+\w")
_TYPE = re.compile(r"#\s*type:\s*ignore(?P<rest>.*)")
_TYPE_REASON = re.compile(r"\[[\w, -]+\]\s*#\s*(?:-\s*)?\w")
_EXEMPT_FILES = (".lock", ".svg", "LICENSE", "forbidden_text.py", "test_check_steps.py")


def find_forbidden_text() -> list[str]:
    return [
        problem
        for path in repository.list_files()
        if not str(path).endswith(_EXEMPT_FILES)
        for problem in forbidden_text_in(str(path), repository.read_text(path) or "")
    ]


def forbidden_text_in(name: str, text: str) -> Iterator[str]:
    for pattern, why in _FORBIDDEN:
        for match in pattern.finditer(text):
            yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0].strip()}: {why}"


def find_unexplained_ignores() -> list[str]:
    paths = [path for path in repository.list_files("*.py") if not str(path).endswith(_EXEMPT_FILES)]
    return [problem for path in paths for problem in unexplained_ignores_in(str(path), repository.read_text(path) or "")]


def unexplained_ignores_in(name: str, text: str) -> Iterator[str]:
    """The accepted forms are `# noqa: S603 - why` and `# type: ignore[code]  # why`."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, reason in ((_NOQA, _NOQA_REASON), (_TYPE, _TYPE_REASON)):
            match = pattern.search(line)
            if match and not reason.match(match["rest"].strip() if pattern is _TYPE else match["rest"]):
                yield f"{name}:{number}: an ignore without its reason beside it: {match[0].strip()}"
