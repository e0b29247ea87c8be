"""Member numbers: chosen by the co-op in its own manner, or the next free whole number.

A number is 1 to 20 letters, digits, hyphens or slashes. `7` and `007` are the same number, and so are `a-7` and `A-7`: nobody
must mistake one member for another on paper.
"""

import re

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]{0,19}")
_DIGITS = re.compile(r"[0-9]+")
_MAX_DIGITS = 12


def is_valid(number: str) -> bool:
    return bool(_NUMBER.fullmatch(number)) and all(len(run) <= _MAX_DIGITS for run in _DIGITS.findall(number))


def sort_key(number: str) -> str:
    """Sorts as people sort, 9 before 10; equal for numbers that count as the same."""
    return _DIGITS.sub(lambda run: run[0].lstrip("0").zfill(_MAX_DIGITS), number).upper()


def as_integer(number: str) -> int | None:
    """The number as an integer, or None when it has other characters."""
    return int(number) if _DIGITS.fullmatch(number) else None
