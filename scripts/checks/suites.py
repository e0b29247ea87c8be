"""`scripts/test`: the folders of tests/, one after the other, and one summary. No folder hides another's failure.

Each folder's outcome is kept in `.results/<folder>.xml`, where `scripts/capabilities` reads which rows are proved.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts.checks import tree

FOLDERS = ("unit", "architecture", "contract", "service", "journeys", "federation", "faults", "browser")
RESULTS = tree.ROOT / ".results"
WORKERS = {"unit": 2, "architecture": 2, "service": 4, "journeys": 3, "federation": 2, "faults": 2, "browser": 2}
"""Processes side by side. Tests with servers mostly wait, and every process has servers of its own; the others are quicker alone."""


@dataclass(frozen=True)
class Outcome:
    """How one folder went."""

    folder: str
    code: int
    seconds: float
    tests: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def good(self) -> bool:
        """A skipped test proves nothing, so it counts as a failure; so does a run without a test."""
        return self.code == 0 and self.tests > 0 and not self.failed and not self.skipped

    def __str__(self) -> str:
        said = f"{self.tests} tests" + "".join(f", {n} {word}" for n, word in ((self.failed, "FAILED"), (self.skipped, "SKIPPED")) if n)
        ended = "" if self.good or self.failed or self.skipped else f" (ended with {self.code})"
        return f"{'ok' if self.good else 'FAILED':6} {self.folder:13} {self.seconds:6.1f} s  {said}{ended}"


def main(asked: list[str]) -> int:
    """The exit code."""
    unknown = [name for name in asked if name not in (*FOLDERS, "all")]
    if unknown:
        print(f"no such folder of tests: {', '.join(unknown)}; there are all, {', '.join(FOLDERS)}")
        return 2
    chosen = FOLDERS if not asked or "all" in asked else tuple(asked)
    with_tests = [name for name in chosen if any((tree.ROOT / "tests" / name).rglob("test_*.py"))]
    if asked and "all" not in asked and len(with_tests) < len(chosen):
        print(f"no tests yet in: {', '.join(sorted(set(chosen) - set(with_tests)))}")
        return 2
    if "browser" in with_tests and (missing := chromium()):
        print(f"FAILED {missing}")
        return 1
    began = time.perf_counter()
    outcomes = [run(name) for name in with_tests]
    print(f"\n{'=' * 40}")
    print("\n".join(str(one) for one in outcomes))
    bad = [one.folder for one in outcomes if not one.good]
    print(f"{'FAILED: ' + ', '.join(bad) if bad or not outcomes else 'All tests pass'} after {time.perf_counter() - began:.1f} s")
    return 1 if bad or not outcomes else 0


def run(folder: str) -> Outcome:
    """One folder, with its own pytest, so that no folder's settings reach another's."""
    RESULTS.mkdir(exist_ok=True)
    report = RESULTS / f"{folder}.xml"
    report.unlink(missing_ok=True)
    print(f"\n== tests/{folder}", flush=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "scripts.checks.marked",
        f"--junitxml={report}",
        "-o",
        "faulthandler_timeout=300",
        *(("-n", str(WORKERS[folder]), "--dist", "worksteal") if folder in WORKERS else ()),
        f"tests/{folder}",
    ]
    began = time.perf_counter()
    code = subprocess.run(command, cwd=tree.ROOT, stdin=subprocess.DEVNULL, check=False).returncode  # noqa: S603 - pytest
    return outcome(folder, code, time.perf_counter() - began, report)


def outcome(folder: str, code: int, seconds: float, report: Path) -> Outcome:
    """Read from the JUnit file; without one the folder did not get as far as that."""
    if not report.exists():
        return Outcome(folder, code or 1, seconds)
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own file, written a moment ago
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return Outcome(folder, code, seconds, len(cases), failed, skipped)


def chromium() -> str:
    """Debian's browser, which the tests drive; root has it installed. Gives what is wrong, or nothing."""
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
