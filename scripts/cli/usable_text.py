"""Refuses text that cannot be stored or shown where it comes into `kith`: its arguments, and the files that people write.

A byte of an argument that is not UTF-8 reaches Python as a lone surrogate, which no message, table or file can hold. Characters that turn
the direction of writing make one name look like another, in a file as at a keyboard. `libs/texts` says which characters are meant.
"""

from collections.abc import Iterator, Mapping, Sequence

from libs import texts
from scripts.cli.console import CommandError, ExitCode

_LONGEST_EXCERPT = 60
PROBLEM = "holds a character that cannot be stored or shown"
TYPE_AGAIN = "Type it again by hand."


def check_arguments(arguments: Sequence[str]) -> None:
    """Raises CommandError naming the first argument that is no usable text: by its option, or by its place after `kith`."""
    for place, argument in enumerate(arguments, start=1):
        if not texts.is_usable(argument):
            before = arguments[place - 2] if place > 1 else ""
            option = argument.partition("=")[0] if argument.startswith("--") and "=" in argument else before
            named = option if option.startswith("-") and texts.is_usable(option) else f"Argument {place}"
            why = f"{named}: it {PROBLEM}: {excerpt(argument)}. {TYPE_AGAIN}"
            raise CommandError("Nothing was done.", why, "If it is the name of a file, rename the file.", ExitCode.USAGE)


def unusable_line(text: str) -> int:
    """The number of the first line that is no usable text, from 1; 0 if there is none."""
    return next((number for number, line in enumerate(text.split("\n"), start=1) if not texts.is_usable(line)), 0)


def unusable_keys(values: Mapping[str, object]) -> Iterator[str]:
    """The keys of a table whose name or value is no usable text, at any depth: an escape is not seen in the line."""
    for key, value in values.items():
        if not texts.all_usable({key: value}):
            yield key if texts.is_usable(key) else excerpt(key)


def excerpt(text: str) -> str:
    """The text in quotes, with everything but ASCII escaped, so that what cannot be seen is seen."""
    shown = ascii(text)
    return shown if len(shown) <= _LONGEST_EXCERPT else f"{shown[:_LONGEST_EXCERPT]}..."
