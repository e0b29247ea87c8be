"""Shows the progress of a long operation: one line that is overwritten on a terminal, or a plain line every five seconds elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_EVERY_AT_A_TERMINAL = 0.2
_EVERY_ELSEWHERE = 5.0


class ProgressLine:
    """A progress line on standard error, so that results can be piped."""

    def __init__(self, whole: int, what: str) -> None:
        self._whole = whole
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._began = self._last = time.monotonic()
        self._shown = False

    def update(self, done: int) -> None:
        now = time.monotonic()
        if now - self._last < (_EVERY_AT_A_TERMINAL if self._terminal else _EVERY_ELSEWHERE):
            return
        self._last = now
        left = (now - self._began) / done * (self._whole - done) if done else 0
        line = f"{done:,} of {self._whole:,} {self._what}, about {left:.0f} s left"
        sys.stderr.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        sys.stderr.flush()
        self._shown = self._terminal

    def clear(self) -> None:
        """Removes the progress line before other output."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a function to report `(done, whole)` to; the line is gone at the end."""
    lines: list[ProgressLine] = []

    def report(done: int, whole: int) -> None:
        if not lines:
            lines.append(ProgressLine(whole, what))
        lines[0].update(done)

    try:
        yield report
    finally:
        for line in lines:
            line.clear()
