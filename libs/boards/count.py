"""What is handed to the count: the ballots below the cuts, by co-op, group and option; and how the boards looked there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.boards.ballots import marks_of
from libs.boards.board import Board
from libs.boards.terms import Terms
from libs.signing import merkle


@dataclass(frozen=True)
class BoardCount:
    """One participant's board, trimmed to just after its last ballot below the cut."""

    co_op: str
    size: int
    root: bytes
    tallies: Mapping[tuple[str, str], int]
    """(group, option) -> ballots or points, none zero."""
    groups: Mapping[str, tuple[int, int]]
    """group -> (rows, counted ballots)."""
    rejected: tuple[tuple[int, str], ...]


def count_board(terms: Terms, co_op: str, entries: Sequence[bytes], cut: int) -> BoardCount:
    """`entries` are all those below the cut, and all up to the roll: a settlement may cut before it, and the rows stay what was agreed."""
    board = Board(terms, co_op).extend(entries[:cut])
    agreed = board if board.roll is not None else Board(terms, co_op).extend(entries)
    size = board.after_last_ballot
    tallies: Counter[tuple[str, str]] = Counter()
    counted: Counter[str] = Counter()
    for pseudonym, ballot in board.ballots.items():
        if ballot.choice is None:
            continue
        group = board.rows[pseudonym]
        counted[group] += 1
        for option, number in marks_of(ballot.choice).items():
            tallies[group, option] += number
    rows = Counter(agreed.rows.values())
    return BoardCount(
        co_op=co_op,
        size=size,
        root=merkle.root_of(board.leaves[:size]),
        tallies=dict(tallies),
        groups={group: (number, counted[group]) for group, number in rows.items()},
        rejected=tuple((index, code) for index, code in board.rejected if index < size),
    )
