"""Cuts: how much of a board enough of its witnesses held at a given time.

The witnesses' dates decide; the clocks of the board's own co-op and of the member never matter.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from libs.boards.vote_terms import VoteTerms


@dataclass(frozen=True, order=True)
class WitnessedSize:
    """By the witness's own date, it held every entry of a board up to this size."""

    witness: str
    time: int
    size: int


def witnessed_cut(terms: VoteTerms, co_op: str, witnessed: Iterable[WitnessedSize], at: int) -> int:
    """The cut of a board: the q-th largest of the sizes that its witnesses held by `at`."""
    largest = dict.fromkeys(terms.witnesses_of(co_op), 0)
    for cosigned in witnessed:
        if cosigned.witness in largest and cosigned.time <= at:
            largest[cosigned.witness] = max(largest[cosigned.witness], cosigned.size)
    return sorted(largest.values(), reverse=True)[terms.q - 1]
