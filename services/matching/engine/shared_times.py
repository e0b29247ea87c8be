"""Says who of a few workers would come when, so that as much as possible of what a person wants is covered.

A walk through the week. At each piece of it somebody comes only for as long as the rest of the week can still be covered as well as
before: the smallest cut of `team_cover.py` says exactly how long that is. Among those who can, a worker who is there already stays; then
comes who can stay longest, then who has the fewest minutes so far.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from services.matching.domain.ranking_input import Span

Sharer: TypeAlias = tuple[str, tuple[Span, ...], int]
"""A worker, their times, and the minutes of a week that they have left."""


class ComingTime(NamedTuple):
    """A worker would come from this minute of the week until just before that one."""

    worker: str
    begins: int
    ends: int


class _Piece(NamedTuple):
    """A time in which the same workers are free throughout, as bits, one for each."""

    begins: int
    ends: int
    free: int


def share_times(wanted: Sequence[Span], sharers: Sequence[Sharer]) -> tuple[tuple[ComingTime, ...], tuple[Span, ...]]:
    """Who comes when, and when nobody does, in the order of the week. `wanted` are ascending and neither overlap nor touch.

    No other way of sharing covers more minutes. The work doubles with each worker: it is for a handful.
    """
    pieces = [piece for span in wanted for piece in _pieces(span, sharers)]
    walk = _Walk(pieces, [left for _, _, left in sharers])
    comes: list[ComingTime] = []
    uncovered: list[Span] = []
    for number, piece in enumerate(pieces):
        begins = piece.begins
        there = comes[-1].worker if comes and comes[-1].ends == begins else None
        for sharer in sorted(
            (position for position in range(len(sharers)) if piece.free >> position & 1),
            key=lambda position: (sharers[position][0] != there, -walk.could_stay(number, position), walk.taken[position]),
        ):
            ends = begins + walk.take(piece.free, sharer, piece.ends - begins)
            _append(comes, ComingTime(sharers[sharer][0], begins, ends))
            begins = ends
        if begins < piece.ends:
            walk.leave(piece.free, piece.ends - begins)
            joins = uncovered and uncovered[-1][1] == begins
            uncovered.append((uncovered.pop()[0] if joins else begins, piece.ends))
    return tuple(comes), tuple(uncovered)


def _append(comes: list[ComingTime], coming: ComingTime) -> None:
    if coming.begins == coming.ends:
        return
    joins = comes and comes[-1].worker == coming.worker and comes[-1].ends == coming.begins
    comes.append(coming._replace(begins=comes.pop().begins) if joins else coming)


def _pieces(span: Span, sharers: Sequence[Sharer]) -> Iterator[_Piece]:
    begins, ends = span
    inside = {minute for _, free, _ in sharers for times in free for minute in times if begins < minute < ends}
    for first, last in pairwise([begins, *sorted(inside), ends]):
        bits = sum(
            1 << position for position, (_, free, _) in enumerate(sharers) if any(since <= first and last <= until for since, until in free)
        )
        yield _Piece(first, last, bits)


class _Walk:
    """What is left of the week, as the cut of each subset of the workers, and of each worker's minutes."""

    def __init__(self, pieces: Sequence[_Piece], left: Sequence[int]) -> None:
        self._pieces, self._left, self.taken = pieces, list(left), [0] * len(left)
        self._cuts = [
            sum(minutes for position, minutes in enumerate(left) if not subset >> position & 1)
            + sum(piece.ends - piece.begins for piece in pieces if piece.free & subset)
            for subset in range(1 << len(left))
        ]
        self._most = min(self._cuts)

    def could_stay(self, number: int, sharer: int) -> int:
        """For how many minutes this worker could stay from the beginning of a piece, if nobody else needed them."""
        minutes, ends = 0, self._pieces[number].begins
        for piece in self._pieces[number:]:
            if piece.begins != ends or not piece.free >> sharer & 1:
                break
            minutes, ends = minutes + piece.ends - piece.begins, piece.ends
        return min(minutes, self._left[sharer])

    def take(self, free: int, sharer: int, minutes: int) -> int:
        """The worker comes for as many of the next minutes of a piece as leave the rest no worse. Returns how many.

        A minute that is taken lowers a cut by two where the subset is free then and the worker outside it, and the most by one.
        """
        apart = [subset for subset in range(len(self._cuts)) if subset & free and not subset >> sharer & 1]
        minutes = min([minutes, self._left[sharer], *(self._cuts[subset] - self._most for subset in apart)])
        for subset in range(len(self._cuts)):
            self._cuts[subset] -= minutes * (bool(subset & free) + (not subset >> sharer & 1))
        self._most -= minutes
        self._left[sharer] -= minutes
        self.taken[sharer] += minutes
        return minutes

    def leave(self, free: int, minutes: int) -> None:
        """Nobody comes for these minutes."""
        for subset in range(len(self._cuts)):
            if subset & free:
                self._cuts[subset] -= minutes
