"""The checks of `scripts/check` find what they are for, and let good work pass."""

from pathlib import Path

import pytest

from scripts.checks import capabilities, marks, papers, suites
from scripts.checks.rooms import leads_to

A_LOCK = "alembic==1.20.0 \\\n    --hash=sha256:{hash}\n    # via kith\n".format(hash="a" * 64)


@pytest.mark.parametrize(
    "line",
    [
        "# TODO later",
        "raise NotImplementedError",
        "@pytest.mark.skip",
        "@pytest.mark.xfail(reason='x')",
        "pytest.skip('no server')",
        "see https://" + "pypi" + ".org/simple",
        "open('/" + "work/main/x')",
        "<<<<<<< ours",
    ],
)
def test_a_mark_that_has_no_place_here_is_found_with_its_line(line: str) -> None:
    (found,) = marks.forbidden_in("a.py", f"first\n{line}\n")

    assert found.startswith("a.py:2: ")


@pytest.mark.parametrize("line", ["a to-do list", "/workshop/", "skip the count", "the mastodon"])
def test_plain_words_pass(line: str) -> None:
    assert list(marks.forbidden_in("a.md", line)) == []


@pytest.mark.parametrize(
    "line", ["x  # noqa", "x  # noqa: S603", "x  # noqa: S603 why", "x  # type: ignore", "x  # type: ignore[attr-defined]"]
)
def test_an_ignore_without_a_reason_is_found(line: str) -> None:
    assert len(list(marks.ignores_in("a.py", line))) == 1


@pytest.mark.parametrize(
    "line", ["x  # noqa: S603 - a program of ours", "x  # noqa: A1, B2 -- why", "x  # type: ignore[attr-defined]  # no types"]
)
def test_an_ignore_with_a_reason_passes(line: str) -> None:
    assert list(marks.ignores_in("a.py", line)) == []


def test_a_hashed_lock_passes() -> None:
    assert papers.lock("a.lock", f"# made by uv\n{A_LOCK}") == []


@pytest.mark.parametrize("text", ["alembic==1.20.0\n", f"--index-url https://example.org\n{A_LOCK}", A_LOCK.replace("==", ">=")])
def test_a_lock_that_leaves_a_choice_is_found(text: str) -> None:
    assert papers.lock("a.lock", text) != []


def test_a_lock_gives_what_is_asked_for() -> None:
    assert papers.left_out(["Alembic>=1.20,<2"], A_LOCK) == []
    assert len(papers.left_out(["alembic>=2", "structlog"], A_LOCK)) == 2


def test_a_door_leads_into_its_room_and_not_into_the_one_with_a_longer_name() -> None:
    assert leads_to("libs.rpc", "libs.rpc.wire")
    assert leads_to("kith.*.v1", "kith.identity.v1.identity_pb2")
    assert not leads_to("kith.*.v1", "kith.identity.facts.v1.facts_pb2")
    assert not leads_to("libs.rpc", "libs.rpc_more")


ROWS = """
[governance]
G1 = { want = "must", words = "Votes are counted" }
G2 = { want = "must", words = "Circles", whole = true }
G3 = { want = "should", words = "Rounds" }
"""
MARKED = """
import pytest
pytestmark = pytest.mark.capability("G2")

@pytest.mark.capability("G1")
def test_one(): ...

class TestMore:
    @pytest.mark.capability("G1", "G3")
    async def test_two(self): ...
"""


def proved(*, one: bool, two: bool) -> dict[str, list[capabilities.Proof]]:
    ran = {"unit": {"tests.unit.test_a::test_one": one, "tests.unit.test_a::test_two": two}}
    return capabilities.proofs(capabilities.marks({"tests/unit/test_a.py": MARKED}), ran)


def test_marks_are_read_on_files_classes_and_functions() -> None:
    found = capabilities.marks({"tests/unit/test_a.py": MARKED})

    assert {row: {test for _, test in tests} for row, tests in found.items()} == {
        "G1": {"test_one", "test_two"},
        "G2": {"test_one", "test_two"},
        "G3": {"test_two"},
    }


def test_a_row_works_only_when_every_test_of_it_passed() -> None:
    rows = capabilities.rows(ROWS)

    assert capabilities.table(rows, proved(one=True, two=True))["governance"] == (
        "| governance | Circles (G2, proved by 2 tests) | Votes are counted (G1, proved by 2 tests)<br>Rounds (G3, proved by 1 test) | - |"
    )
    assert capabilities.table(rows, proved(one=True, two=False))["governance"] == "| governance | - | - | G1, G2, G3 |"


def test_a_table_that_says_more_than_the_tests_is_found_and_a_service_not_run_is_not_judged() -> None:
    rows, good = capabilities.rows(ROWS), proved(one=True, two=True)
    readme = f"<!-- capabilities -->\n{capabilities.table(rows, good)['governance']}\n<!-- /capabilities -->"

    assert capabilities.differences(readme, rows, good) == []
    assert capabilities.differences(readme, rows, proved(one=True, two=False)) != []
    not_run = capabilities.proofs(capabilities.marks({"tests/unit/test_a.py": MARKED}), {})
    assert capabilities.differences(readme, rows, not_run) == []
    assert capabilities.differences("no table", rows, good) != []


@pytest.mark.parametrize(
    ("case", "good"),
    [
        ("<testcase name='a'/>", True),
        ("<testcase name='a'><failure/></testcase>", False),
        ("<testcase name='a'><error/></testcase>", False),
        ("<testcase name='a'><skipped/></testcase>", False),
        ("", False),
    ],
)
def test_a_folder_is_good_only_when_all_of_it_ran_and_passed(tmp_path: Path, case: str, good: bool) -> None:  # noqa: FBT001 - a table's column
    report = tmp_path / "unit.xml"
    report.write_text(f"<testsuites><testsuite>{case}</testsuite></testsuites>", encoding="utf-8")

    assert suites.outcome("unit", 0, 1.0, report).good is good


def test_a_folder_whose_run_broke_off_is_not_good(tmp_path: Path) -> None:
    assert not suites.outcome("unit", 0, 1.0, tmp_path / "none.xml").good
    (tmp_path / "unit.xml").write_text("<testsuites><testcase name='a'/></testsuites>", encoding="utf-8")
    assert not suites.outcome("unit", 2, 1.0, tmp_path / "unit.xml").good
