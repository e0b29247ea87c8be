"""Numbers and exact fractions as people read them."""

from fractions import Fraction

from babel.numbers import format_decimal

LOCALE = "en_GB"
_MOST_DIGITS = 6


def grouped(number: int) -> str:
    """1234 as 1,234."""
    return format_decimal(number, locale=LOCALE)


def fraction(text: str) -> Fraction:
    """A fraction from the wire, "a/b" or "a"; empty is zero."""
    return Fraction(text) if text else Fraction(0)


def exact(value: Fraction) -> str:
    """The fraction as it is: "7/48", or "2" when it is whole."""
    return str(value)


def decimal(value: Fraction, digits: int = 2) -> str:
    """The fraction as a decimal, rounded half up and never in binary: 7/48 is 0.15. Trailing noughts go."""
    scaled = _rounded(value * 10**digits)
    whole, rest = divmod(abs(scaled), 10**digits)
    tail = f"{rest:0{digits}d}".rstrip("0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{grouped(whole)}.{tail}" if tail else f"{sign}{grouped(whole)}"


def is_rounded(value: Fraction, digits: int = 2) -> bool:
    """Whether `decimal` had to round."""
    return bool(value * 10**digits != _rounded(value * 10**digits))


def per_hundred(value: Fraction, *, apart_from: Fraction | None = None) -> str:
    """A share as "so many in every 100".

    Whole numbers where they are true enough. A share that misses (or beats) `apart_from` by a hair gets as many decimals as it takes to
    show that it is not the same: 199/400 is not "50 in every 100" when half was needed.
    """
    for digits in range(_MOST_DIGITS):
        shown = decimal(value * 100, digits)
        if apart_from is None or value == apart_from or shown != decimal(apart_from * 100, digits):
            return shown
    return decimal(value * 100, _MOST_DIGITS)


def _rounded(value: Fraction) -> int:
    return (abs(value) + Fraction(1, 2)).__floor__() * (1 if value >= 0 else -1)
