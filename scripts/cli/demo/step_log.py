"""Prints each step of the demonstration with the elapsed seconds, and collects problems."""

import time

from scripts.cli.console import print_note


class StepLog:
    """Prints and times steps; `problems` holds every difference from the expected figures."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()
        self._durations: list[tuple[str, float]] = []
        self.problems: list[str] = []

    def done(self, what: str) -> None:
        now = time.monotonic()
        self._durations.append((what, now - self._last))
        self._last = now
        print_note(f"{now - self._began:6.1f} s  {what}")

    def expect(self, what: str, actual: object, expected: object) -> None:
        """Notes a problem if the actual value differs from the expected one."""
        if actual != expected:
            self.note(f"{what}: {actual} and not {expected}")

    def note(self, problems: str) -> None:
        self.problems.append(problems)
        print_note(f"          Not as it should be: {problems}")

    @property
    def table(self) -> str:
        rows = [f"{seconds:7.2f} s  {what}" for what, seconds in self._durations]
        return "\n".join([*rows, f"{self._last - self._began:7.2f} s  altogether"])
