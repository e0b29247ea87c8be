"""Member numbers: given by the co-op in its own manner, or the next free whole number.

A number is 1 to 20 letters, digits, hyphens or slashes. `7` and `007` are one number, and so are `a-7` and `A-7`: two members must never be
mistaken for each other on paper.
"""

import re

_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]{0,19}")
_DIGITS = re.compile(r"[0-9]+")
_MOST_DIGITS = 12


def readable(number: str) -> bool:
    return bool(_NUMBER.fullmatch(number)) and all(len(run) <= _MOST_DIGITS for run in _DIGITS.findall(number))


def order(number: str) -> str:
    """Sorts as people sort, 9 before 10; equal for numbers that are one."""
    return _DIGITS.sub(lambda run: run[0].lstrip("0").zfill(_MOST_DIGITS), number).upper()


def whole(number: str) -> int | None:
    """The number as a count, when it is one."""
    return int(number) if _DIGITS.fullmatch(number) else None
