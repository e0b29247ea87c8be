"""How `kith` talks: results on standard output, everything else on standard error, and one way to say that something went wrong."""

import os
import sys
from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit code of `kith` means; docs/how-to/command-line.md says the same."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    CONFLICT = 4
    NOT_PERMITTED = 5
    UNAVAILABLE = 6
    PARTIAL = 7
    INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot do what was asked: what happened, why, and how to put it right; three plain sentences."""

    def __init__(self, what: str, why: str, fix: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(f"{what} {why} {fix}")
        self.what = what
        self.why = why
        self.fix = fix
        self.code = code


def result(text: str) -> None:
    """Prints what was asked for, on standard output."""
    print(text)


def say(text: str) -> None:
    """Tells the person something, on standard error, so that results can be piped on."""
    print(text, file=sys.stderr)


def say_error(what: str, *more: str) -> None:
    """Tells what went wrong: the first line is marked, the others stand under it."""
    say(f"{_red('Error:')} {what}")
    for line in more:
        if line:
            say(f"  {line}")


def ask(question: str, default: str = "") -> str:
    """One question on standard error, its answer from standard input; an empty answer means the default."""
    sys.stderr.write(f"{question} [{default}]: " if default else f"{question}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip() or default


def can_ask() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _red(word: str) -> str:
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[31m{word}\x1b[0m" if coloured else word
