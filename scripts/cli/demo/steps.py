"""Tells each step of the demonstration with the seconds since it began, and keeps what was not as it should be."""

import time

from scripts.cli.console import say


class Steps:
    """A line for each step, and how long each took."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()
        self._took: list[tuple[str, float]] = []
        self.wrong: list[str] = []

    def done(self, what: str) -> None:
        now = time.monotonic()
        self._took.append((what, now - self._last))
        self._last = now
        say(f"{now - self._began:6.1f} s  {what}")

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Notes a figure that is not what it should be."""
        if found != wanted:
            self.note(f"{what}: {found} and not {wanted}")

    def note(self, wrong: str) -> None:
        self.wrong.append(wrong)
        say(f"          Not as it should be: {wrong}")

    @property
    def table(self) -> str:
        rows = [f"{took:7.2f} s  {what}" for what, took in self._took]
        return "\n".join([*rows, f"{self._last - self._began:7.2f} s  altogether"])
