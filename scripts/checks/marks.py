"""Words that have no place in what is landed, and ignores that do not say why."""

import re
from collections.abc import Iterator

from scripts.checks import tree

# Each pattern is written so that it does not match its own line.
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
_LEFT_ALONE = (".lock", ".svg", "LICENSE", "marks.py", "test_check.py")


def forbidden() -> list[str]:
    return [
        problem
        for path in tree.files()
        if not str(path).endswith(_LEFT_ALONE)
        for problem in forbidden_in(str(path), tree.text(path) or "")
    ]


def forbidden_in(name: str, text: str) -> Iterator[str]:
    for pattern, why in _FORBIDDEN:
        for found in pattern.finditer(text):
            yield f"{name}:{text.count(chr(10), 0, found.start()) + 1}: {found[0].strip()}: {why}"


def ignores() -> list[str]:
    paths = [path for path in tree.files("*.py") if not str(path).endswith(_LEFT_ALONE)]
    return [problem for path in paths for problem in ignores_in(str(path), tree.text(path) or "")]


def ignores_in(name: str, text: str) -> Iterator[str]:
    """`# noqa: S603 - why` and `# type: ignore[code]  # why`."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, reason in ((_NOQA, _NOQA_REASON), (_TYPE, _TYPE_REASON)):
            found = pattern.search(line)
            if found and not reason.match(found["rest"].strip() if pattern is _TYPE else found["rest"]):
                yield f"{name}:{number}: an ignore without its reason beside it: {found[0].strip()}"
