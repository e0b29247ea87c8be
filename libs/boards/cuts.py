"""Cuts: how far a board was held by enough of its witnesses at a time.

Dates decide; the clocks of the home and of the member never matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from libs.boards.terms import Terms


@dataclass(frozen=True, order=True)
class Held:
    """By its own date, this witness held every entry of a board up to this size."""

    witness: str
    time: int
    size: int


def cut(terms: Terms, co_op: str, held: Iterable[Held], at: int) -> int:
    """The q-th largest of the sizes that the board's witnesses held by `at`."""
    largest = dict.fromkeys(terms.witnesses_of(co_op), 0)
    for one in held:
        if one.witness in largest and one.time <= at:
            largest[one.witness] = max(largest[one.witness], one.size)
    return sorted(largest.values(), reverse=True)[terms.q - 1]
