"""How much dearer a plan may become at which moment of the search, in whole numbers.

A logarithm from the machine's mathematical library may differ in its last digit from one machine to another. `decimal` rounds every
digit in a documented way, so these tables are the same everywhere.
"""

from collections.abc import Sequence
from decimal import Context
from functools import cache

LEVELS = 64
"""Temperatures of one search."""
TABLE_SIZE = 4096
UNIT = 1 << 16
_EXACT = Context(prec=40)


@cache
def allowances() -> tuple[int, ...]:
    """-ln(u) times UNIT for TABLE_SIZE equal steps of u: multiplied by a temperature, what the Metropolis rule accepts with chance u."""
    steps = (_EXACT.divide(_EXACT.create_decimal(2 * step + 1), _EXACT.create_decimal(2 * TABLE_SIZE)) for step in range(TABLE_SIZE))
    return tuple(int((-_EXACT.ln(step) * UNIT).to_integral_value()) for step in steps)


def temperatures(hottest: int, coldest: int, rounds: int) -> tuple[int, ...]:
    """LEVELS numbers: so many times from hottest down to coldest, each the same part of the one before (rounded)."""
    steps = LEVELS // rounds
    ratio = _EXACT.ln(_EXACT.divide(_EXACT.create_decimal(coldest), _EXACT.create_decimal(hottest)))
    exponents = (_EXACT.divide(_EXACT.multiply(ratio, step), _EXACT.create_decimal(steps - 1)) for step in range(steps))
    return tuple(int((_EXACT.exp(exponent) * hottest).to_integral_value()) for exponent in exponents) * rounds


def split(iterations: int) -> Sequence[int]:
    """The same number of iterations for every level, as nearly as whole numbers allow."""
    return [iterations * (level + 1) // LEVELS - iterations * level // LEVELS for level in range(LEVELS)]
