"""What a visit costs and what it pays, in whole pence: one arithmetic for quotes before it and for the settlement after it.

Exact fractions, rounded once for each amount. docs/formats/settle.md says the rules; `payer_adds` and `worker_gives` are parts of the
worker's rate, from 0 to 1, by the rulebook.
"""

from fractions import Fraction

_HOUR_MINUTES = 60


def price_of(rate: int, minutes: int, payer_adds: Fraction) -> int:
    """What the payers owe for `minutes` of care at `rate` pence an hour."""
    return round_half_up(Fraction(rate * minutes, _HOUR_MINUTES) * (1 + payer_adds))


def pay_of(rate: int, minutes: int, worker_gives: Fraction = Fraction(0)) -> int:
    """What somebody gets for `minutes` at `rate` pence an hour. An employed person's wage gives nothing."""
    return round_half_up(Fraction(rate * minutes, _HOUR_MINUTES) * (1 - worker_gives))


def round_half_up(amount: Fraction) -> int:
    """The nearest whole number, and the larger one of two that are as near. `amount` is 0 or more."""
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
