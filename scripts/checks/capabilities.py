"""`scripts/capabilities`: the capabilities that Kith should have, and the tests that prove them.

Capabilities come from docs/capabilities.toml, marks from the source of the tests, and outcomes from the last `scripts/test` in `.results/`.
A capability works only if tests carry its mark and all of them passed. It works in full, not in part, only if the file says so as well.
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

from scripts.checks import repository

CAPABILITIES_FILE = Path("docs/capabilities.toml")
WANTS = ("must", "should", "could")
_FILE = re.compile(r"^tests(?:\.\w+)*?\.test_\w+")
_BEGIN, _END = "<!-- capabilities -->", "<!-- /capabilities -->"


@dataclass(frozen=True)
class Capability:
    """One row of docs/capabilities.toml. `words` describe it to members."""

    id: str
    service: str
    words: str
    want: str
    whole: bool


@dataclass(frozen=True)
class Proof:
    """A test function that carries the mark of a capability. `passed` is None if its folder has not been run since."""

    folder: str
    test: str
    passed: bool | None


def parse_capabilities(text: str) -> list[Capability]:
    """Reads the TOML file. Raises ValueError naming the capability with an invalid entry."""
    capabilities = []
    for service, entries in tomllib.loads(text).items():
        for name, entry in entries.items():
            unknown_keys = set(entry) - {"want", "words", "whole"}
            if unknown_keys or entry.get("want") not in WANTS or not entry.get("words"):
                message = f"{name}: want one of {', '.join(WANTS)}, words, and whole = true or nothing"
                raise ValueError(message)
            capabilities.append(Capability(name, service, entry["words"], entry["want"], entry.get("whole", False)))
    return capabilities


def find_marks(sources: Mapping[str, str]) -> dict[str, set[tuple[str, str]]]:
    """Maps each capability to the (path, test function) pairs that carry its mark on the function, its class or its module."""
    marked: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for path, text in sources.items():
        for test, capability in _marks_in(ast.parse(text), ()):
            marked[capability].add((path, test))
    return marked


def _marks_in(node: ast.Module | ast.ClassDef, inherited: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    marks = inherited + tuple(
        capability
        for statement in node.body
        if isinstance(statement, ast.Assign) and _assigns_to(statement, "pytestmark")
        for capability in _rows_of(statement.value)
    )
    for statement in node.body:
        if isinstance(statement, ast.ClassDef):
            yield from _marks_in(
                statement, marks + tuple(capability for decorator in statement.decorator_list for capability in _rows_of(decorator))
            )
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith("test_"):
            yield from (
                (statement.name, capability)
                for capability in (*marks, *(capability for decorator in statement.decorator_list for capability in _rows_of(decorator)))
            )


def _assigns_to(assignment: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in assignment.targets)


def _rows_of(mark: ast.expr) -> Iterator[str]:
    for call in ast.walk(mark):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "capability":
            yield from (str(argument.value) for argument in call.args if isinstance(argument, ast.Constant))


def read_outcomes(folder: Path) -> dict[str, dict[str, bool]]:
    """Maps each folder that was run to its test functions (`<module>::<function>`) and whether every case of each passed."""
    outcomes: dict[str, dict[str, bool]] = {}
    for report in sorted(folder.glob("*.xml")):
        passed: dict[str, bool] = {}
        for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314 - written by our own pytest
            file = _FILE.match(case.get("classname", ""))
            test = f"{file[0] if file else ''}::{case.get('name', '').partition('[')[0]}"
            good = all(case.find(word) is None for word in ("failure", "error", "skipped"))
            passed[test] = passed.get(test, True) and good
        outcomes[report.stem] = passed
    return outcomes


def match_proofs(marked: Mapping[str, set[tuple[str, str]]], outcomes: Mapping[str, Mapping[str, bool]]) -> dict[str, list[Proof]]:
    """Maps each capability to its proofs, sorted."""
    proofs: dict[str, list[Proof]] = {}
    for capability, tests in marked.items():
        proofs[capability] = [_proof_of(path, test, outcomes) for path, test in sorted(tests)]
    return proofs


def _proof_of(path: str, test: str, outcomes: Mapping[str, Mapping[str, bool]]) -> Proof:
    folder = Path(path).parts[1]
    # If the folder was run without this test, the capability is not proved.
    passed = outcomes[folder].get(f"{path.removesuffix('.py').replace('/', '.')}::{test}", False) if folder in outcomes else None
    return Proof(folder, f"{path}::{test}", passed)


def readme_table(capabilities: Sequence[Capability], proofs: Mapping[str, Sequence[Proof]]) -> dict[str, str]:
    """One line of a Markdown table per service. A capability with a failing test counts as missing, however many others pass."""
    lines = {}
    for service in dict.fromkeys(capability.service for capability in capabilities):
        works: list[str] = []
        partly: list[str] = []
        not_yet: list[str] = []
        for capability in (each for each in capabilities if each.service == service):
            tests = proofs.get(capability.id, ())
            if tests and all(proof.passed for proof in tests):
                (works if capability.whole else partly).append(
                    f"{capability.words} ({capability.id}, proved by {len(tests)} {'test' if len(tests) == 1 else 'tests'})"
                )
            else:
                not_yet.append(capability.id)
        lines[service] = f"| {service} | {'<br>'.join(works) or '-'} | {'<br>'.join(partly) or '-'} | {', '.join(not_yet) or '-'} |"
    return lines


def table_differences(readme: str, capabilities: Sequence[Capability], proofs: Mapping[str, Sequence[Proof]]) -> list[str]:
    """Lines that the README should have and does not. Services with a marked test that was not run are left out."""
    if _BEGIN not in readme or _END not in readme:
        return [f"no table: put one between {_BEGIN} and {_END}"]
    lines = {line.strip() for line in readme.partition(_BEGIN)[2].partition(_END)[0].splitlines()}
    unknown = {capability.service for capability in capabilities for proof in proofs.get(capability.id, ()) if proof.passed is None}
    return [
        f"wanted: {line}" for service, line in readme_table(capabilities, proofs).items() if service not in unknown and line not in lines
    ]


def check_capabilities() -> list[str]:
    """A step of scripts/check: the file is valid, and every mark names a capability."""
    try:
        known = {capability.id for capability in parse_capabilities(repository.read_text(CAPABILITIES_FILE) or "")}
        marked = find_marks(_sources())
    except (ValueError, SyntaxError) as error:
        return [f"{CAPABILITIES_FILE}: {error}"]
    return [
        f"{path}: {test}: there is no capability {capability}"
        for capability, tests in marked.items()
        if capability not in known
        for path, test in sorted(tests)
    ]


def _sources() -> dict[str, str]:
    return {str(path): repository.read_text(path) or "" for path in repository.list_files("tests/*.py")}


def _markdown(capabilities: Sequence[Capability], proofs: Mapping[str, Sequence[Proof]]) -> str:
    head = "| | works today | works in part | not yet |\n|---|---|---|---|"
    return "\n".join([head, *readme_table(capabilities, proofs).values()])


def _listing(capabilities: Sequence[Capability], proofs: Mapping[str, Sequence[Proof]]) -> Iterator[str]:
    labels = {True: "passed", False: "FAILED", None: "not run"}
    for row in capabilities:
        tests = proofs.get(row.id, ())
        good = sum(1 for proof in tests if proof.passed)
        yield f"{row.id:4} {row.service:11} {row.want:7} {f'{good}/{len(tests)}' if tests else '-':>6}  {row.words}"
        yield from (f"{'':32}{labels[proof.passed]:8} {proof.test}" for proof in tests)
    with_proof = sum(1 for row in capabilities if proofs.get(row.id) and all(proof.passed for proof in proofs[row.id]))
    yield f"{with_proof} of {len(capabilities)} rows have tests that all passed."


def main(arguments: list[str]) -> int:
    """Runs the command and returns its exit code."""
    parser = argparse.ArgumentParser(prog="scripts/capabilities", description="What Kith is to do, and which tests prove it.")
    parser.add_argument("--table", action="store_true", help="the table of the README, as Markdown")
    parser.add_argument("--check", metavar="FILE", type=Path, help="fail when FILE's table differs from what the last tests say")
    parser.add_argument("--write", metavar="FILE", type=Path, help="put the table into FILE, between its markers")
    options = parser.parse_args(arguments)
    capabilities = parse_capabilities(repository.read_text(CAPABILITIES_FILE) or "")
    proofs = match_proofs(find_marks(_sources()), read_outcomes(repository.ROOT / ".results"))
    if options.write:
        text = options.write.read_text(encoding="utf-8")
        before, _, rest = text.partition(_BEGIN)
        after = rest.partition(_END)[2]
        options.write.write_text(f"{before}{_BEGIN}\n{_markdown(capabilities, proofs)}\n{_END}{after}", encoding="utf-8")
    elif options.check:
        problems = table_differences(options.check.read_text(encoding="utf-8"), capabilities, proofs)
        print("\n".join(problems) or "The table says what the tests say.")
        return 1 if problems else 0
    else:
        print(_markdown(capabilities, proofs) if options.table else "\n".join(_listing(capabilities, proofs)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
