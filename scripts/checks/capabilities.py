"""`scripts/capabilities`: what Kith is to do, and which tests prove it.

Rows come from docs/capabilities.toml, marks from the tests' own text, outcomes from the last `scripts/test` in `.results/`. Nothing is said
to work because somebody wrote so: a row needs tests that carry its mark and passed. It works whole, not in part, only when the file says so
as well.
"""

import argparse
import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts.checks import tree

ROWS = Path("docs/capabilities.toml")
WANTS = ("must", "should", "could")
_FILE = re.compile(r"^tests(?:\.\w+)*?\.test_\w+")
_BEGIN, _END = "<!-- capabilities -->", "<!-- /capabilities -->"


@dataclass(frozen=True)
class Row:
    """One capability. `words` are ours, for a member to read."""

    id: str
    service: str
    words: str
    want: str
    whole: bool


@dataclass(frozen=True)
class Proof:
    """One test function that carries a row's mark. `passed` is None when its folder was not run since."""

    folder: str
    test: str
    passed: bool | None


def rows(text: str) -> list[Row]:
    """Raises ValueError naming the row that says something else than it may."""
    found = []
    for service, entries in tomllib.loads(text).items():
        for name, entry in entries.items():
            strange = set(entry) - {"want", "words", "whole"}
            if strange or entry.get("want") not in WANTS or not entry.get("words"):
                message = f"{name}: want one of {', '.join(WANTS)}, words, and whole = true or nothing"
                raise ValueError(message)
            found.append(Row(name, service, entry["words"], entry["want"], entry.get("whole", False)))
    return found


def marks(sources: Mapping[str, str]) -> dict[str, set[tuple[str, str]]]:
    """For each row the (path, test function) pairs whose text carries its mark, on the function, its class or its file."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for path, text in sources.items():
        for test, row in _marked(ast.parse(text), ()):
            found[row].add((path, test))
    return found


def _marked(node: ast.Module | ast.ClassDef, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    here = above + tuple(
        row for part in node.body if isinstance(part, ast.Assign) and _names(part, "pytestmark") for row in _rows_of(part.value)
    )
    for part in node.body:
        if isinstance(part, ast.ClassDef):
            yield from _marked(part, here + tuple(row for one in part.decorator_list for row in _rows_of(one)))
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part.name.startswith("test_"):
            yield from ((part.name, row) for row in (*here, *(row for one in part.decorator_list for row in _rows_of(one))))


def _names(part: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in part.targets)


def _rows_of(mark: ast.expr) -> Iterator[str]:
    for call in ast.walk(mark):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "capability":
            yield from (str(argument.value) for argument in call.args if isinstance(argument, ast.Constant))


def outcomes(folder: Path) -> dict[str, dict[str, bool]]:
    """For each folder that was run, its test functions (`<module>::<function>`) and whether every case of each passed."""
    found: dict[str, dict[str, bool]] = {}
    for report in sorted(folder.glob("*.xml")):
        passed: dict[str, bool] = {}
        for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by our own pytest
            file = _FILE.match(case.get("classname", ""))
            test = f"{file[0] if file else ''}::{case.get('name', '').partition('[')[0]}"
            good = all(case.find(word) is None for word in ("failure", "error", "skipped"))
            passed[test] = passed.get(test, True) and good
        found[report.stem] = passed
    return found


def proofs(marked: Mapping[str, set[tuple[str, str]]], ran: Mapping[str, Mapping[str, bool]]) -> dict[str, list[Proof]]:
    """What stands for each row, in a steady order."""
    found: dict[str, list[Proof]] = {}
    for row, tests in marked.items():
        found[row] = [_proof(path, test, ran) for path, test in sorted(tests)]
    return found


def _proof(path: str, test: str, ran: Mapping[str, Mapping[str, bool]]) -> Proof:
    folder = Path(path).parts[1]
    # A folder that was run without this test did not prove it.
    passed = ran[folder].get(f"{path.removesuffix('.py').replace('/', '.')}::{test}", False) if folder in ran else None
    return Proof(folder, f"{path}::{test}", passed)


def table(every: Sequence[Row], proved: Mapping[str, Sequence[Proof]]) -> dict[str, str]:
    """One Markdown line for each service; a row with a failing test is not yet there, however many others pass."""
    lines = {}
    for service in dict.fromkeys(row.service for row in every):
        works: list[str] = []
        partly: list[str] = []
        not_yet: list[str] = []
        for row in (one for one in every if one.service == service):
            tests = proved.get(row.id, ())
            if tests and all(one.passed for one in tests):
                (works if row.whole else partly).append(
                    f"{row.words} ({row.id}, proved by {len(tests)} {'test' if len(tests) == 1 else 'tests'})"
                )
            else:
                not_yet.append(row.id)
        lines[service] = f"| {service} | {'<br>'.join(works) or '-'} | {'<br>'.join(partly) or '-'} | {', '.join(not_yet) or '-'} |"
    return lines


def differences(readme: str, every: Sequence[Row], proved: Mapping[str, Sequence[Proof]]) -> list[str]:
    """Where the README's table says something else. A service with a marked test that was not run cannot be judged and is left out."""
    if _BEGIN not in readme or _END not in readme:
        return [f"no table: put one between {_BEGIN} and {_END}"]
    stands = {line.strip() for line in readme.partition(_BEGIN)[2].partition(_END)[0].splitlines()}
    unknown = {row.service for row in every for one in proved.get(row.id, ()) if one.passed is None}
    return [f"wanted: {line}" for service, line in table(every, proved).items() if service not in unknown and line not in stands]


def readable() -> list[str]:
    """For scripts/check: the rows can be read, and every mark names one."""
    try:
        known = {row.id for row in rows(tree.text(ROWS) or "")}
        found = marks(_sources())
    except (ValueError, SyntaxError) as error:
        return [f"{ROWS}: {error}"]
    return [
        f"{path}: {test}: there is no capability {row}" for row, tests in found.items() if row not in known for path, test in sorted(tests)
    ]


def _sources() -> dict[str, str]:
    return {str(path): tree.text(path) or "" for path in tree.files("tests/*.py")}


def _markdown(every: Sequence[Row], proved: Mapping[str, Sequence[Proof]]) -> str:
    head = "| | works today | works in part | not yet |\n|---|---|---|---|"
    return "\n".join([head, *table(every, proved).values()])


def _listing(every: Sequence[Row], proved: Mapping[str, Sequence[Proof]]) -> Iterator[str]:
    said = {True: "passed", False: "FAILED", None: "not run"}
    for row in every:
        tests = proved.get(row.id, ())
        good = sum(1 for one in tests if one.passed)
        yield f"{row.id:4} {row.service:11} {row.want:7} {f'{good}/{len(tests)}' if tests else '-':>6}  {row.words}"
        yield from (f"{'':32}{said[one.passed]:8} {one.test}" for one in tests)
    with_proof = sum(1 for row in every if proved.get(row.id) and all(one.passed for one in proved[row.id]))
    yield f"{with_proof} of {len(every)} rows have tests that all passed."


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="scripts/capabilities", description="What Kith is to do, and which tests prove it.")
    parser.add_argument("--table", action="store_true", help="the table of the README, as Markdown")
    parser.add_argument("--check", metavar="FILE", type=Path, help="fail when FILE's table differs from what the last tests say")
    parser.add_argument("--write", metavar="FILE", type=Path, help="put the table into FILE, between its markers")
    asked = parser.parse_args(arguments)
    every = rows(tree.text(ROWS) or "")
    proved = proofs(marks(_sources()), outcomes(tree.ROOT / ".results"))
    if asked.write:
        text = asked.write.read_text(encoding="utf-8")
        before, _, rest = text.partition(_BEGIN)
        after = rest.partition(_END)[2]
        asked.write.write_text(f"{before}{_BEGIN}\n{_markdown(every, proved)}\n{_END}{after}", encoding="utf-8")
    elif asked.check:
        problems = differences(asked.check.read_text(encoding="utf-8"), every, proved)
        print("\n".join(problems) or "The table says what the tests say.")
        return 1 if problems else 0
    else:
        print(_markdown(every, proved) if asked.table else "\n".join(_listing(every, proved)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
