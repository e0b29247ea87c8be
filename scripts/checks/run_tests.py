"""`scripts/test`: runs the folders of tests/ one after the other and prints one summary. No folder hides another's failure.

The result of each folder is kept in `.results/<folder>.xml`, where `scripts/capabilities` reads which capabilities are proved.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from scripts.checks import repository

FOLDERS = ("unit", "architecture", "contract", "service", "journeys", "federation", "faults", "browser")
RESULTS = repository.ROOT / ".results"
WORKERS = {"unit": 2, "architecture": 2, "service": 4, "journeys": 3, "federation": 2, "faults": 2, "browser": 2}
"""Parallel pytest processes. Tests with servers mostly wait, and each process has its own servers; other folders are faster with one."""


@dataclass(frozen=True)
class FolderResult:
    """The result of running one folder of tests."""

    folder: str
    code: int
    seconds: float
    tests: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def good(self) -> bool:
        """Skipped tests prove nothing, so they count as failures; so does a run without tests."""
        return self.code == 0 and self.tests > 0 and not self.failed and not self.skipped

    def __str__(self) -> str:
        counts = f"{self.tests} tests" + "".join(
            f", {number} {word}" for number, word in ((self.failed, "FAILED"), (self.skipped, "SKIPPED")) if number
        )
        exit_note = "" if self.good or self.failed or self.skipped else f" (ended with {self.code})"
        return f"{'ok' if self.good else 'FAILED':6} {self.folder:13} {self.seconds:6.1f} s  {counts}{exit_note}"


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
    results = [run_folder(name) for name in with_tests]
    print(f"\n{'=' * 40}")
    print("\n".join(str(result) for result in results))
    failed = [result.folder for result in results if not result.good]
    print(f"{'FAILED: ' + ', '.join(failed) if failed or not results else 'All tests pass'} after {time.perf_counter() - start:.1f} s")
    return 1 if failed or not results else 0


def run_folder(folder: str) -> FolderResult:
    """Runs one folder with its own pytest, so that its settings do not affect other folders."""
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
        "scripts.checks.capability_plugin",
        f"--junitxml={report}",
        "-o",
        "faulthandler_timeout=300",
        *(("-n", str(WORKERS[folder]), "--dist", "worksteal") if folder in WORKERS else ()),
        f"tests/{folder}",
    ]
    start = time.perf_counter()
    code = subprocess.run(command, cwd=repository.ROOT, stdin=subprocess.DEVNULL, check=False).returncode  # noqa: S603 - pytest
    return read_result(folder, code, time.perf_counter() - start, report)


def read_result(folder: str, code: int, seconds: float, report: Path) -> FolderResult:
    """Reads the JUnit file; if there is none, the run broke off before pytest wrote it."""
    if not report.exists():
        return FolderResult(folder, code or 1, seconds)
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own file, written a moment ago
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    return FolderResult(folder, code, seconds, len(cases), failed, skipped)


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
