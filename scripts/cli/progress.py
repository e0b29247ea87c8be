"""How far a long piece of work is: one line that is written over at a terminal, and a plain one every five seconds elsewhere."""

import sys
import time

_EVERY_AT_A_TERMINAL = 0.2
_EVERY_ELSEWHERE = 5.0


class Progress:
    """On standard error, so that results can be piped on."""

    def __init__(self, whole: int, what: str) -> None:
        self._whole = whole
        self._what = what
        self._terminal = sys.stderr.isatty()
        self._began = self._last = time.monotonic()
        self._shown = False

    def at(self, done: int) -> None:
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
        """Takes the written-over line away, so that what follows stands alone."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False
