"""The steps of `scripts/check` find the errors they are meant to find, and accept valid files."""

from pathlib import Path

import pytest

from scripts.checks import capabilities, file_checks, forbidden_text, run_tests
from scripts.checks.import_contract import matches_pattern

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
def test_forbidden_text_is_found_with_its_line(line: str) -> None:
    (found,) = forbidden_text.forbidden_text_in("a.py", f"first\n{line}\n")

    assert found.startswith("a.py:2: ")


@pytest.mark.parametrize("line", ["a to-do list", "/workshop/", "skip the count", "the mastodon"])
def test_similar_words_pass(line: str) -> None:
    assert list(forbidden_text.forbidden_text_in("a.md", line)) == []


@pytest.mark.parametrize(
    "line", ["x  # noqa", "x  # noqa: S603", "x  # noqa: S603 why", "x  # type: ignore", "x  # type: ignore[attr-defined]"]
)
def test_an_ignore_without_a_reason_is_found(line: str) -> None:
    assert len(list(forbidden_text.unexplained_ignores_in("a.py", line))) == 1


@pytest.mark.parametrize(
    "line", ["x  # noqa: S603 - a program of ours", "x  # noqa: A1, B2 -- why", "x  # type: ignore[attr-defined]  # no types"]
)
def test_an_ignore_with_a_reason_passes(line: str) -> None:
    assert list(forbidden_text.unexplained_ignores_in("a.py", line)) == []


def test_a_hashed_lock_passes() -> None:
    assert file_checks.lock_problems("a.lock", f"# made by uv\n{A_LOCK}") == []


@pytest.mark.parametrize("text", ["alembic==1.20.0\n", f"--index-url https://example.org\n{A_LOCK}", A_LOCK.replace("==", ">=")])
def test_a_lock_without_exact_versions_is_found(text: str) -> None:
    assert file_checks.lock_problems("a.lock", text) != []


def test_build_tools_are_the_locked_ones() -> None:
    def built_with(*requires: str) -> list[str]:
        return file_checks.unpinned_build_tools({"build-system": {"requires": requires}}, A_LOCK)

    (version,) = [line.partition("==")[2].split()[0] for line in A_LOCK.splitlines() if "==" in line]
    assert built_with(f"alembic=={version}") == []
    assert len(built_with("alembic", f"alembic>={version}", "alembic==0.1", "setuptools==84")) == 4


def test_a_lock_satisfies_the_requirements() -> None:
    assert file_checks.missing_from_lock(["Alembic>=1.20,<2"], A_LOCK) == []
    assert len(file_checks.missing_from_lock(["alembic>=2", "structlog"], A_LOCK)) == 2


def test_a_pattern_matches_submodules_but_not_longer_names() -> None:
    assert matches_pattern("libs.rpc", "libs.rpc.refusal_status")
    assert matches_pattern("kith.*.v1", "kith.identity.v1.identity_pb2")
    assert not matches_pattern("kith.*.v1", "kith.identity.facts.v1.facts_pb2")
    assert not matches_pattern("libs.rpc", "libs.rpc_more")


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


def proofs_of(*, one: bool, two: bool) -> dict[str, list[capabilities.Proof]]:
    outcomes = {"unit": {"tests.unit.test_a::test_one": one, "tests.unit.test_a::test_two": two}}
    return capabilities.match_proofs(capabilities.find_marks({"tests/unit/test_a.py": MARKED}), outcomes)


def test_marks_are_read_on_files_classes_and_functions() -> None:
    found = capabilities.find_marks({"tests/unit/test_a.py": MARKED})

    assert {row: {test for _, test in tests} for row, tests in found.items()} == {
        "G1": {"test_one", "test_two"},
        "G2": {"test_one", "test_two"},
        "G3": {"test_two"},
    }


def test_a_capability_works_only_when_all_its_tests_passed() -> None:
    rows = capabilities.parse_capabilities(ROWS)

    assert capabilities.readme_table(rows, proofs_of(one=True, two=True))["governance"] == (
        "| governance | Circles (G2, proved by 2 tests) | Votes are counted (G1, proved by 2 tests)<br>Rounds (G3, proved by 1 test) | - |"
    )
    assert capabilities.readme_table(rows, proofs_of(one=True, two=False))["governance"] == "| governance | - | - | G1, G2, G3 |"


def test_a_readme_table_that_differs_is_found_unless_the_service_was_not_run() -> None:
    rows, good = capabilities.parse_capabilities(ROWS), proofs_of(one=True, two=True)
    readme = f"<!-- capabilities -->\n{capabilities.readme_table(rows, good)['governance']}\n<!-- /capabilities -->"

    assert capabilities.table_differences(readme, rows, good) == []
    assert capabilities.table_differences(readme, rows, proofs_of(one=True, two=False)) != []
    not_run = capabilities.match_proofs(capabilities.find_marks({"tests/unit/test_a.py": MARKED}), {})
    assert capabilities.table_differences(readme, rows, not_run) == []
    assert capabilities.table_differences("no table", rows, good) != []


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

    assert run_tests.read_result(report).good is good


def test_a_folder_whose_run_broke_off_is_not_good(tmp_path: Path) -> None:
    assert not run_tests.read_result(tmp_path / "none.xml").good


def test_a_run_fails_if_a_folder_or_pytest_itself_fails() -> None:
    good, bad = run_tests.FolderResult("unit", tests=1), run_tests.FolderResult("service", tests=1, failed=1)

    assert run_tests.failures([good], 0) == []
    assert run_tests.failures([good, bad], 1) == ["service"]
    assert run_tests.failures([good], 1) == ["pytest (ended with 1)"]


def test_each_folder_gets_its_own_report(tmp_path: Path) -> None:
    report = tmp_path / "all"
    names = ("classname='tests.unit.web.test_a'", "classname='tests.unite.test_b'", "classname='' name='tests.unit.test_broken'")
    report.write_text(f"<testsuites>{''.join(f'<testcase {name}/>' for name in names)}</testsuites>", encoding="utf-8")

    run_tests.split_report(report, ["unit", "faults"], tmp_path)

    assert run_tests.read_result(tmp_path / "unit.xml").tests == 2
    assert not run_tests.read_result(tmp_path / "faults.xml").good
