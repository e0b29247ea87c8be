"""Prepares a board for the count: the ballots below its cut by group and option, and the state of the board there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.boards.ballots import tally_points
from libs.boards.board import Board
from libs.boards.vote_terms import VoteTerms
from libs.signing import merkle


@dataclass(frozen=True)
class BoardCount:
    """The tallies of one participant's board, trimmed to just after its last ballot below the cut."""

    co_op: str
    size: int
    root: bytes
    tallies: Mapping[tuple[str, str], int]
    """(group, option) -> ballots or points, none zero."""
    groups: Mapping[str, tuple[int, int]]
    """group -> (rows, counted ballots)."""
    rejected: tuple[tuple[int, str], ...]


def count_board(terms: VoteTerms, co_op: str, entries: Sequence[bytes], cut: int) -> BoardCount:
    """Counts one board. `entries` are all below the cut, and all up to the roll, whose rows hold even if a settlement cuts before it."""
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
        for option, number in tally_points(ballot.choice).items():
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
