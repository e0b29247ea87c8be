"""Parses and formats exact fractions: "1/10", "10 %", "12.5 %". Never uses a float."""

import re
from fractions import Fraction

_RATIO = re.compile(r"(\d{1,9}) ?/ ?(\d{1,9})", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?) ?%", re.ASCII)


def parse_fraction(text: str) -> Fraction | None:
    """The exact fraction in `text`; None if it is neither a ratio nor a percentage."""
    ratio = _RATIO.fullmatch(text.strip())
    if ratio is not None:
        numerator, denominator = int(ratio[1]), int(ratio[2])
        return Fraction(numerator, denominator) if denominator else None
    percentage = _PERCENT.fullmatch(text.strip())
    return Fraction(percentage[1]) / 100 if percentage is not None else None


def format_fraction(value: Fraction) -> str:
    """The fraction as a rulebook writes it."""
    return f"{value.numerator}/{value.denominator}"


def format_exact_percent(value: Fraction) -> str:
    """The fraction as a percentage if that is exact with at most two decimals, otherwise as a ratio."""
    hundredths = value * 10_000
    if hundredths.denominator != 1:
        return format_fraction(value)
    whole, rest = divmod(hundredths.numerator, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + " %" if rest else f"{whole} %"
