"""Output of `kith`: results on standard output, everything else on standard error, and one format for errors."""

import os
import shutil
import sys
from collections.abc import Sequence
from enum import IntEnum

from libs import texts


class ExitCode(IntEnum):
    """Exit codes of `kith`, as documented in docs/how-to/command-line.md."""

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
    """A command failed: what happened, why, and how to fix it, in three plain sentences."""

    def __init__(self, what: str, why: str, fix: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(f"{what} {why} {fix}")
        self.what = what
        self.why = why
        self.fix = fix
        self.code = code


def print_result(text: str) -> None:
    """Prints the result of a command on standard output."""
    print(text)


def print_pages(lines: Sequence[str]) -> None:
    """Prints the lines of a list: through the pager if they are more than the terminal has, as git does."""
    text = "\n".join(lines)
    height = shutil.get_terminal_size().lines
    if sys.stdout.isatty() and sys.stdin.isatty() and text.count("\n") + 1 >= height:
        import pydoc

        # Colours and a single screen are left as they are, and the last page stays visible.
        os.environ.setdefault("LESS", "FRX")
        pydoc.pager(text + "\n")
    elif lines:
        print_result(text)


def print_note(text: str) -> None:
    """Prints a note on standard error, so that results can be piped."""
    print(text, file=sys.stderr)


def print_error(what: str, *more: str) -> None:
    """Prints an error: the first line is marked, the others are indented."""
    print_note(f"{_red('Error:')} {what}")
    for line in more:
        if line:
            print_note(f"  {line}")


def prompt(question: str, default: str = "") -> str:
    """Asks a question on standard error and reads the answer from standard input; an empty answer means the default.

    Raises CommandError for an answer that is no usable text.
    """
    sys.stderr.write(f"{question} [{default}]: " if default else f"{question}: ")
    sys.stderr.flush()
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        line = "\ufffe"  # as unusable as what was typed
    if not texts.is_usable(line):
        why = "The answer holds a character that cannot be stored or shown."
        raise CommandError("Nothing was done.", why, "Type it again by hand.", ExitCode.USAGE)
    if not line:
        raise KeyboardInterrupt
    return line.strip() or default


def is_interactive() -> bool:
    """Whether standard input and standard error are both terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _red(word: str) -> str:
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[31m{word}\x1b[0m" if coloured else word
