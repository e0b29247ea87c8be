"""Reading a share exactly: "1/10", "10 %", "12.5 %". Nothing here ever passes through a float."""

import re
from fractions import Fraction

_RATIO = re.compile(r"(\d{1,9}) ?/ ?(\d{1,9})", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?) ?%", re.ASCII)


def fraction(text: str) -> Fraction | None:
    """The exact share `text` names, or None when it is not written as a ratio or a percentage."""
    ratio = _RATIO.fullmatch(text.strip())
    if ratio is not None:
        over, under = int(ratio[1]), int(ratio[2])
        return Fraction(over, under) if under else None
    percent = _PERCENT.fullmatch(text.strip())
    return Fraction(percent[1]) / 100 if percent is not None else None


def written(value: Fraction) -> str:
    """The share as a rulebook writes it."""
    return f"{value.numerator}/{value.denominator}"


def percent(value: Fraction) -> str:
    """The share as a percentage when that is exact with at most two decimals, and as a ratio otherwise."""
    hundredths = value * 10_000
    if hundredths.denominator != 1:
        return written(value)
    whole, rest = divmod(hundredths.numerator, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + " %" if rest else f"{whole} %"
