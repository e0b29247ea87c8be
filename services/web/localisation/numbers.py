"""Numbers and exact fractions as people read them."""

from fractions import Fraction

from babel.numbers import format_decimal

LOCALE = "en_GB"
_MAX_DIGITS = 6


def format_integer(number: int) -> str:
    """The number with thousands separators: 1234 as 1,234."""
    return format_decimal(number, locale=LOCALE)


def parse_fraction(text: str) -> Fraction:
    """A fraction from the wire, "a/b" or "a"; empty is zero."""
    return Fraction(text) if text else Fraction(0)


def format_fraction(value: Fraction) -> str:
    """The fraction as it is: "7/48", or "2" when it is whole."""
    return str(value)


def format_decimal_fraction(value: Fraction, digits: int = 2) -> str:
    """The fraction as a decimal, rounded half up and never in binary: 7/48 is 0.15. Trailing zeros are dropped."""
    scaled = _rounded(value * 10**digits)
    whole, rest = divmod(abs(scaled), 10**digits)
    tail = f"{rest:0{digits}d}".rstrip("0")
    sign = "-" if scaled < 0 else ""
    return f"{sign}{format_integer(whole)}.{tail}" if tail else f"{sign}{format_integer(whole)}"


def is_rounded(value: Fraction, digits: int = 2) -> bool:
    """Whether `format_decimal_fraction` has to round."""
    return bool(value * 10**digits != _rounded(value * 10**digits))


def format_per_hundred(value: Fraction, *, apart_from: Fraction | None = None) -> str:
    """A share as "so many in every 100".

    A whole number where that is accurate enough. A share that misses (or beats) `apart_from` by a hair gets as many decimals as it takes to
    show that it is not the same: 199/400 is not "50 in every 100" when half was needed.
    """
    for digits in range(_MAX_DIGITS):
        shown = format_decimal_fraction(value * 100, digits)
        if apart_from is None or value == apart_from or shown != format_decimal_fraction(apart_from * 100, digits):
            return shown
    return format_decimal_fraction(value * 100, _MAX_DIGITS)


def _rounded(value: Fraction) -> int:
    return (abs(value) + Fraction(1, 2)).__floor__() * (1 if value >= 0 else -1)
