"""`scripts/test`: runs the folders of tests/ side by side and prints one summary. No folder hides another's failure.

`parallel_pytest_plugin` says how tests are distributed. The result of each folder is kept in `.results/<folder>.xml`, where
`scripts/capabilities` reads which capabilities are proved.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts.checks import repository

FOLDERS = ("unit", "architecture", "contract", "security", "service", "journeys", "federation", "faults", "browser")
RESULTS = repository.ROOT / ".results"
CORES = len(os.sched_getaffinity(0))
SLOTS = max(3, CORES + 1)
"""How many workers run at the same time: one more than cores, as some wait. More end nothing sooner, and what is timed takes longer."""


@dataclass(frozen=True)
class Pool:
    """Tests that share session fixtures, and how many processes may run them."""

    workers: int
    single_tests: bool = False
    """Whether tests are handed out one by one and not by file: they share nothing and take long."""


DEMO = "demo"
"""The fixture and the pool of all tests that use the demo: starting it takes longer than all of them."""
POOLS = {
    DEMO: Pool(1),
    "federation": Pool(2),
    "faults": Pool(2, single_tests=True),
    "browser": Pool(1),
    "journeys": Pool(3),
    "service": Pool(4),
    "unit": Pool(CORES),
    "architecture": Pool(CORES),
    "contract": Pool(1),
    "security": Pool(CORES),
}
"""In the order in which they start: the longest first. A test belongs to the pool of its folder unless it uses the demo."""


@dataclass(frozen=True)
class FolderResult:
    """The result of running one folder of tests."""

    folder: str
    seconds: float = 0.0
    tests: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def good(self) -> bool:
        """Skipped tests prove nothing, so they count as failures; so does a run without tests."""
        return self.tests > 0 and not self.failed and not self.skipped

    def __str__(self) -> str:
        counts = f"{self.tests} tests" + "".join(
            f", {number} {word}" for number, word in ((self.failed, "FAILED"), (self.skipped, "SKIPPED")) if number
        )
        return f"{'ok' if self.good else 'FAILED':6} {self.folder:13} {self.seconds:6.1f} s  {counts}"


def main(selected: list[str]) -> int:
    """Runs the selected folders, or all of them, and returns the exit code."""
    unknown = [name for name in selected if name not in (*FOLDERS, "all")]
    if unknown:
        print(f"no such folder of tests: {', '.join(unknown)}; there are all, {', '.join(FOLDERS)}")
        return 2
    chosen = FOLDERS if not selected or "all" in selected else tuple(selected)
    with_tests = [name for name in chosen if any((repository.ROOT / "tests" / name).rglob("test_*.py"))]
    if selected and "all" not in selected and len(with_tests) < len(chosen):
        print(f"no tests yet in: {', '.join(sorted(set(chosen) - set(with_tests)))}")
        return 2
    if "browser" in with_tests and (missing := require_chromium()):
        print(f"FAILED {missing}")
        return 1
    start = time.perf_counter()
    code = run_pytest(with_tests)
    results = [read_result(RESULTS / f"{name}.xml") for name in with_tests]
    print(f"\n{'=' * 40}\nSeconds are those of all workers together.")
    print("\n".join(str(result) for result in results))
    failed = failures(results, code)
    print(f"{'FAILED: ' + ', '.join(failed) if failed else 'All tests pass'} after {time.perf_counter() - start:.1f} s")
    return 1 if failed else 0


def run_pytest(folders: Sequence[str]) -> int:
    """Runs the tests of these folders, writes the report of each and returns pytest's exit code."""
    RESULTS.mkdir(exist_ok=True)
    for folder in folders:
        (RESULTS / f"{folder}.xml").unlink(missing_ok=True)
    # pytest keeps the test modules that it has rewritten as bytecode, which saves a third of the time that collecting them takes.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.xml"
        plugins = ("-p", "scripts.checks.capability_plugin", "-p", "scripts.checks.parallel_pytest_plugin")
        options = (f"--junitxml={report}", "-o", "faulthandler_timeout=300")
        command = [sys.executable, "-m", "pytest", "-q", *plugins, *options, *(f"tests/{folder}" for folder in folders)]
        code = subprocess.run(command, cwd=repository.ROOT, stdin=subprocess.DEVNULL, env=environment, check=False).returncode  # noqa: S603 - pytest
        if report.exists():
            split_report(report, folders, RESULTS)
    return code


def split_report(report: Path, folders: Sequence[str], place: Path) -> None:
    """Writes a JUnit file for each folder, with its tests and those of its files that could not be collected."""
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own file, written a moment ago
    for folder in folders:
        suite = ET.Element("testsuite", name=folder)
        suite.extend(case for case in cases if f"{case.get('classname') or case.get('name')}.".startswith(f"tests.{folder}."))
        ET.ElementTree(suite).write(place / f"{folder}.xml", encoding="utf-8")


def read_result(report: Path) -> FolderResult:
    """Reads a folder's JUnit file; if there is none, the run broke off before pytest wrote it."""
    if not report.exists():
        return FolderResult(report.stem)
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own file, written a moment ago
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return FolderResult(report.stem, sum(float(case.get("time", 0)) for case in cases), len(cases), failed, skipped)


def failures(results: Sequence[FolderResult], code: int) -> list[str]:
    """The folders that are not good, or pytest itself if it failed outside of them."""
    return [result.folder for result in results if not result.good] or ([f"pytest (ended with {code})"] if code else [])


def require_chromium() -> str:
    """Makes sure that Debian's Chromium is there, and installs it if run as root. Returns an error message, or an empty string."""
    if shutil.which("chromium"):
        return ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("== installing chromium with apt-get", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=False)  # noqa: S603 - two commands written above
    return "" if shutil.which("chromium") else "tests/browser needs chromium: run `apt-get install chromium` as root"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
