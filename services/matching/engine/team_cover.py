"""Finds a few workers who together cover the times that a person wants, and says who would come when.

**The objective**, in whole numbers: `covered minutes x (1000 x at_most + 1) + sum of the scores of the chosen`. A score has at most 1000
points (docs/formats/rank.md), so a minute more always counts for more than all points together: first the minutes, then the points.
Nobody comes outside their own times or for more minutes than they have left, and one worker at a time is enough.

**For one set of workers the minutes are exact.** How much they can cover is a flow from workers to times, and the smallest cut of it is
found by looking at all its subsets: the least, over the subsets U of the set, of `minutes left of those outside U + minutes at which
somebody in U is free`. Five workers have 32 subsets. So one product of matrices says for many sets at once what each candidate would add.

**The search over sets** is a heuristic: it grows several teams side by side, keeps the best, then exchanges one, then two workers of the
best ones until nothing is better. bench/team_cover.py compares it with the proven best.

Candidates come in the order of the ranking, whose equals stand in the order of the day's lot. Of two teams of the same value that
it compares the one whose members come first stays, and nothing is random: the same question always gets the same answer.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.ranking_input import WEEK_MINUTES, Span, minutes_of
from services.matching.engine.shared_times import ComingTime, share_times

AT_MOST = 5
MOST_POINTS = 1000
_TEAMS = 12
"""How many teams grow side by side."""
_EXCHANGED = 4
"""In how many of the best teams single workers are exchanged at a time."""
_PARTLY = 30
"""How many teams grow side by side again where two workers were taken out of the best."""

_Sets = NDArray[np.intp]
"""Shape (sets, workers in each): positions among the candidates, ascending."""


class Candidate(NamedTuple):
    """Somebody who may be suggested to the person: their times, the minutes of a week that they have left, and their score in points."""

    worker: str
    free: tuple[Span, ...]
    minutes_left: int
    score: int


class TeamCover(NamedTuple):
    """The chosen, in the order of the candidates; who would come when, in the order of the week; and the times at which nobody would.

    Somebody chosen may come at no time of their own: then they could step in for another.
    """

    workers: tuple[str, ...]
    comes: tuple[ComingTime, ...]
    uncovered: tuple[Span, ...]
    covered_minutes: int
    points: int


def cover_week(wanted: Iterable[Span], candidates: Sequence[Candidate], at_most: int = AT_MOST) -> TeamCover:
    """`wanted` in minutes of the week; spans may overlap. Who is free at none of it is never chosen. Each id stands once."""
    question = _Question(minutes_of(wanted), candidates)
    size = min(at_most, len(question.candidates))
    if size == 0:
        return TeamCover((), (), question.spans, 0, 0)
    chosen = [question.candidates[position] for position in _Search(question, at_most).best_of(size)]
    comes, uncovered = share_times(question.spans, [(one.worker, one.free, one.minutes_left) for one in chosen])
    return TeamCover(
        tuple(one.worker for one in chosen),
        comes,
        uncovered,
        sum(one.ends - one.begins for one in comes),
        sum(one.score for one in chosen),
    )


class _Question:
    """The wanted times cut into pieces, in each of which the same candidates are free from beginning to end.

    `free` has the shape (candidates, pieces); candidates free at none are left out.
    """

    def __init__(self, wanted: int, candidates: Sequence[Candidate]) -> None:
        bits = np.unpackbits(np.frombuffer(wanted.to_bytes(WEEK_MINUTES // 8, "little"), np.uint8), bitorder="little").view(np.int8)
        turns = np.flatnonzero(np.diff(bits, prepend=np.int8(0), append=np.int8(0)))
        self.spans: tuple[Span, ...] = tuple(zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True))
        spans = [(row, *span) for row, one in enumerate(candidates) if one.minutes_left > 0 for span in one.free]
        rows, begins, ends = np.array(spans, np.intp).reshape(-1, 3).T
        edges = np.unique(np.concatenate([turns, begins, ends]))
        pieces = np.zeros((len(candidates), len(edges) + 1), np.int16)
        np.add.at(pieces, (rows, np.searchsorted(edges, begins)), 1)
        np.add.at(pieces, (rows, np.searchsorted(edges, ends)), -1)
        is_wanted = np.append(bits, np.int8(0))[edges[:-1]] > 0
        free = (np.cumsum(pieces, axis=1)[:, : len(edges) - 1] > 0)[:, is_wanted]
        able = np.flatnonzero(free.any(axis=1))
        self.candidates = [candidates[row] for row in able.tolist()]
        self.free = free[able]
        self.minutes = np.diff(edges)[is_wanted].astype(np.float32)
        """Of each piece. A week has 10,080, and five workers at most five times that: float32 has all these numbers exactly."""
        left = np.array([one.minutes_left for one in self.candidates], np.float64)
        self.left = np.minimum(left, self.minutes.sum()).astype(np.float32)
        self.scores = np.array([one.score for one in self.candidates], np.int64)


class _Search:
    def __init__(self, question: _Question, at_most: int) -> None:
        self._free, self._minutes, self._left, self._scores = question.free, question.minutes, question.left, question.scores
        self._free_rows = np.ascontiguousarray(question.free.T, np.float32)
        self._minute_worth = MOST_POINTS * at_most + 1
        bound = min(int((question.free.any(axis=0) * question.minutes).sum()), int(question.left.sum()))
        self._bound = bound * self._minute_worth

    def best_of(self, size: int) -> list[int]:
        """The best set of so many candidates that is found, by positions."""
        teams, values = self._grow(np.zeros((1, 0), np.intp), size, _TEAMS)
        highest = self._bound + int(np.sort(self._scores)[-size:].sum())
        while values[0] < highest:
            others, other_values = self._exchange(teams[:_EXCHANGED], 1, _TEAMS)
            if other_values[0] <= values[0] and size > 1:
                others, other_values = self._exchange(teams[:1], 2, _PARTLY)
            if other_values[0] <= values[0]:
                break
            teams, values = others, other_values
        return sorted(teams[0].tolist())

    def _exchange(self, teams: _Sets, count: int, keep: int) -> tuple[_Sets, NDArray[np.int64]]:
        """The best teams that differ from one of these by at most so many workers, of those that are looked at."""
        size = teams.shape[1]
        kept = np.unique(np.concatenate([teams[:, list(stay)] for stay in combinations(range(size), size - count)]), axis=0)
        return self._grow(kept, size, keep)

    def _grow(self, sets: _Sets, size: int, keep: int) -> tuple[_Sets, NDArray[np.int64]]:
        """Adds a worker at a time until each set has `size`. The best `keep` of every size go on; the last come best first."""
        values = np.zeros(len(sets), np.int64)
        while sets.shape[1] < size:
            sets, values = _best(sets, self._values_with_each(sets), keep)
        return sets, values

    def _values_with_each(self, sets: _Sets) -> NDArray[np.int64]:
        """Shape (sets, candidates): the value of each set with each candidate; -1 for who is in it already."""
        count, pieces = len(sets), len(self._minutes)
        open_pieces, cuts = np.tile(self._minutes, (count, 1, 1)), np.zeros((count, 1), np.float32)
        for members in sets.T:
            open_pieces = np.concatenate([open_pieces, open_pieces * ~self._free[members][:, np.newaxis]], axis=1)
            cuts = np.concatenate([cuts + self._left[members][:, np.newaxis], cuts], axis=1)
        # For each subset U: who is outside it, by the minutes they have left, and what is free within it.
        cuts += self._minutes.sum() - open_pieces.sum(axis=2)
        added = (open_pieces.reshape(-1, pieces) @ self._free_rows).reshape(count, -1, len(self._scores))
        added += cuts[:, :, np.newaxis]
        covered = np.minimum(added.min(axis=1), cuts.min(axis=1)[:, np.newaxis] + self._left)
        values: NDArray[np.int64] = covered.astype(np.int64) * self._minute_worth + self._scores
        values += self._scores[sets].sum(axis=1)[:, np.newaxis]
        np.put_along_axis(values, sets, -1, axis=1)
        return values


def _best(sets: _Sets, values: NDArray[np.int64], keep: int) -> tuple[_Sets, NDArray[np.int64]]:
    """The best sets of one more worker, best first, each once; of equals the one whose members come first."""
    flat = values.ravel()
    enough = min(len(flat), keep * (sets.shape[1] + 1))
    # All that are as good as the last of them, so that a partition's order decides nothing.
    least = max(0, int(np.partition(flat, len(flat) - enough)[len(flat) - enough]))
    places = np.flatnonzero(flat >= least)
    rows, workers = np.divmod(places, values.shape[1])
    grown = np.sort(np.column_stack([sets[rows], workers]), axis=1)
    order = np.lexsort([*grown.T[::-1], -flat[places]])
    grown, found = grown[order], flat[places][order]
    is_new = np.append(True, (grown[1:] != grown[:-1]).any(axis=1))
    return grown[is_new][:keep], found[is_new][:keep]
