"""`scripts/test` distributes tests to forked workers: every test is reported once, whatever happens to the worker that runs it."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.architecture.codebase import ROOT

SESSION_FIXTURE = """
import os
import pytest

@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    yield os.getpid()
    with open("ended", "a") as file:
        file.write(f"{os.getpid()}\\n")
"""


def run_pytest(place: Path, **files: str) -> tuple[int, dict[str, str]]:
    """Runs these test files (`unit__test_a` is tests/unit/test_a.py). Returns the exit code and the outcome of each test."""
    for name, text in files.items():
        path = place / "tests" / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (place / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "scripts.checks.parallel_pytest_plugin", "--junitxml=report", "tests"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    completed = subprocess.run(command, cwd=place, env=environment, capture_output=True, check=False, timeout=60)
    cases = ET.parse(place / "report").getroot().iter("testcase")  # noqa: S314 - our own file, written a moment ago
    outcomes = [(case.get("name", ""), ", ".join(child.tag for child in case) or "passed") for case in cases]
    assert len(dict(outcomes)) == len(outcomes), "a test was reported twice"
    return completed.returncode, dict(outcomes)


def test_every_test_runs_once_and_failures_are_reported(tmp_path: Path) -> None:
    code, outcomes = run_pytest(
        tmp_path,
        unit__test_a="import pytest\n\n@pytest.mark.parametrize('n', range(20))\ndef test_a(n):\n    assert n != 7\n",
        service__test_b="def test_b():\n    print('b')\n\ndef test_c():\n    from pytest import skip\n    skip('why')\n",
    )

    assert code == 1
    assert outcomes == {f"test_a[{n}]": "passed" if n != 7 else "failure" for n in range(20)} | {"test_b": "passed", "test_c": "skipped"}


def test_folders_run_in_processes_of_their_own_and_end_their_session_fixtures_once(tmp_path: Path) -> None:
    test = "import os\n\ndef test_{name}(shared):\n    assert shared == os.getpid()\n\ndef test_{name}2(shared):\n    pass\n"
    code, outcomes = run_pytest(
        tmp_path, conftest=SESSION_FIXTURE, contract__test_a=test.format(name="a"), faults__test_b=test.format(name="b")
    )

    assert (code, set(outcomes.values())) == (0, {"passed"})
    ended = (tmp_path / "ended").read_text(encoding="utf-8").split()
    # Those of tests/faults are handed out one by one: to one process after the other, or to two side by side.
    assert len(ended) in {2, 3}
    assert len(set(ended)) >= 2


def test_a_worker_that_dies_fails_its_test_and_another_runs_the_rest(tmp_path: Path) -> None:
    code, outcomes = run_pytest(
        tmp_path,
        contract__test_a="import os\n\ndef test_a():\n    os._exit(0)\n\ndef test_b():\n    pass\n\ndef test_c():\n    os.abort()\n",
    )

    assert code == 1
    assert outcomes == {"test_a": "failure", "test_b": "passed", "test_c": "failure"}


def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    code, outcomes = run_pytest(tmp_path, unit__test_a="import nothing_of_that_name\n", service__test_b="def test_b():\n    pass\n")

    assert code == 1
    assert outcomes == {"tests.unit.test_a": "error", "test_b": "passed"}


def test_an_error_after_the_last_test_is_not_lost(tmp_path: Path) -> None:
    ending = "def pytest_sessionfinish(session):\n    import os\n    if hasattr(session, 'used'):\n        os._exit(1)\n"
    code, outcomes = run_pytest(
        tmp_path, conftest=ending, contract__test_a="def test_a(request):\n    request.session.used = True\n\ndef test_b():\n    pass\n"
    )

    assert code == 1
    assert outcomes == {"test_a": "passed", "test_b": "passed", "worker": "failure"}
