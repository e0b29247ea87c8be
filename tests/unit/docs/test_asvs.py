"""The ASVS page has every requirement of levels 1 and 2 once, and every test, file and gap that it names is there."""

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

from tests.unit.docs.markdown_text import ROOT, read_text

PAGE, THREAT_MODEL = "docs/asvs.md", "docs/threat-model.md"
LEVELS = Path(__file__).with_name("asvs_levels.csv")
"""The ids of OWASP ASVS 5.0.0 with their levels, and none of its text."""
GAPS_HEADING = "## Open against OWASP ASVS 5.0\n"
NO_TEST = {"document", "code", "not applicable", "gap"}
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_NAMED_PATH = re.compile(r"`((?:services|libs|docs|deploy|scripts|tests|protos)/[\w./-]+\.\w+|[A-Z]+\.md)`")
_ID = re.compile(r"\bV\d+\.\d+\.\d+\b")


def requirement_rows(text: str) -> list[list[str]]:
    """The cells of each row of a requirement: id, level, what it asks, how, shown by."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if re.match(r"\| V\d", line)]


@cache
def named_tests(path: str) -> frozenset[str]:
    """The test functions in a file; none when there is no such file."""
    if not (ROOT / path).is_file():
        return frozenset()
    nodes = ast.walk(ast.parse(read_text(path)))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def problems_of(row: list[str]) -> list[str]:
    """What is wrong with one row."""
    if len(row) != 5 or not all(row):
        return [f"{row[0]}: a cell is empty, or there are not five"]
    number, _, asks, how, shown = row
    parts = shown.split(", ")
    problems = [f"{number}: neither a test nor a known word: {part}" for part in parts if part not in NO_TEST and not _TEST.fullmatch(part)]
    problems += [f"{number}: no test {name} in {path}" for path, name in _TEST.findall(shown) if name not in named_tests(path)]
    problems += [f"{number}: no file {path}" for path in _NAMED_PATH.findall(how) if not (ROOT / path).is_file()]
    if not 3 <= len(asks.split()) <= 8:
        problems.append(f"{number}: what it asks takes 3 to 8 words")
    if shown == "document" and not (_NAMED_PATH.search(how) or "](#" in how):
        problems.append(f"{number}: which document?")
    return problems


def test_every_requirement_of_levels_1_and_2_is_there_once_with_its_level() -> None:
    with LEVELS.open(encoding="utf-8", newline="") as file:
        wanted = [(row["id"], row["level"]) for row in csv.DictReader(file)]

    assert Counter(level for _, level in wanted) == {"1": 70, "2": 183}
    assert [(row[0], row[1]) for row in requirement_rows(read_text(PAGE))] == wanted


def test_every_row_is_filled_and_every_test_and_file_in_it_exists() -> None:
    assert [problem for row in requirement_rows(read_text(PAGE)) for problem in problems_of(row)] == []


def test_the_gaps_are_those_of_the_threat_model_each_in_one_row() -> None:
    gaps = [row[0] for row in requirement_rows(read_text(PAGE)) if row[4].split(", ")[0] == "gap"]
    section = read_text(THREAT_MODEL).split(GAPS_HEADING)[1].split("\n## ")[0]

    assert sorted(_ID.findall(section)) == sorted(gaps)


def test_a_wrong_row_is_found() -> None:
    good = [
        "V1.1.1",
        "2",
        "Decode input only once",
        "in `libs/clock/__init__.py`",
        "`tests/unit/docs/test_asvs.py::test_a_wrong_row_is_found`",
    ]
    assert problems_of(good) == []
    for cell, text in (
        (2, "Decode"),
        (3, ""),
        (3, "in `libs/clock/nowhere.py`"),
        (4, "`tests/unit/docs/test_asvs.py::test_that_is_not_there`"),
        (4, "`tests/unit/docs/nowhere.py::test_a_wrong_row_is_found`"),
        (4, "surely"),
    ):
        assert len(problems_of([*good[:cell], text, *good[cell + 1 :]])) == 1, text
    assert len(problems_of([*good[:3], "in a document", "document"])) == 1
