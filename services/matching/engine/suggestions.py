"""Ranks all workers of an index for one person: the numbers of `domain/ranking.py`, exactly, with numpy.

Every part is a whole number that a division of whole numbers below 2^52 rounds down to, and for those the floor of a float division is
exact. Distances come from straight lines between points on the sphere, which is fast but off by some millionths of a millimetre; where that
could change a whole metre or a reach, the domain's own formula decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from itertools import compress, pairwise, repeat
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from libs.great_circle import EARTH_RADIUS_KM, distance_km, whole_metres
from services.matching.domain.ranking import (
    HALF_METRES,
    HALF_MINUTES,
    MOST_FOR_PERSON,
    MOST_FOR_WORKER,
    OPEN_MINUTE,
    SPARE_MINUTE,
    UNSKILLED_MINUTE,
    Assessment,
    Draw,
    Fit,
    PersonParts,
    Ranking,
    Reason,
    WorkerParts,
    wanted_minutes,
)
from services.matching.domain.ranking_input import SupportedPerson, TeamMember
from services.matching.engine.worker_index import Flags, Floats, WorkerIndex, on_unit_sphere, week_words

_NEAR_METRES = 1e6
_DOUBT_METRES = 1e-4
"""Far above the error of a straight line's arc between homes at most `_NEAR_METRES` apart (about 1e-8 m)."""
_FAR_DOUBT_METRES = 10.0
"""The same for any two homes: between opposite ends of the earth the error grows to some decimetres."""


class SuggestedWorker(NamedTuple):
    """One line of a page of suggestions."""

    worker: str
    fit: Fit


class Suggestions:
    """What was found for every row of the index: all reasons, all parts, and any beginning of the order.

    The columns are those of the moment: a later change of the index does not reach them, except for `first` and `ranking`, which name
    workers and so must be asked for before it changes.
    """

    def __init__(self, index: WorkerIndex, on: date, person: SupportedPerson, team: Iterable[TeamMember]) -> None:
        team = tuple(team)
        self._index = index
        self._draw = Draw(on, person.id)
        count = index.size
        wanted = wanted_minutes(person, team)
        minutes, covered, unskilled = (_common_minutes(index, bits) for bits in wanted)
        metres, out_of_reach = _distances(index, person)
        self.reasons: NDArray[np.uint16] = _reason_bits(
            count,
            {
                Reason.ON_TEAM: _rows(index, (member.id for member in team)),
                Reason.EXCLUDED: [*index.excluding.get(person.id, ()), *_rows(index, person.never)],
                Reason.NOT_READY: index.not_ready[:count],
                Reason.SKILL_MISSING: ~_has_skills(index, person.must.skills, on),
                Reason.LANGUAGE_MISSING: ~_has_all(index.languages, person.must.languages, count),
                Reason.GENDER_NOT_AS_ASKED: ~_has_all(index.genders, () if person.must.gender is None else (person.must.gender,), count),
                Reason.OUT_OF_REACH: out_of_reach,
                Reason.NO_COMMON_HOURS: minutes == 0,
                Reason.NO_MINUTES_LEFT: index.minutes_left[:count] == 0,
            },
        )
        """Bit n is the n-th of `Reason`. A row without a worker means nothing."""
        self.rows: NDArray[np.intp] = np.flatnonzero((self.reasons == 0) & index.alive[:count])
        """The rows of those who can be suggested. The columns of points follow it."""
        rows = self.rows
        tags = _count_of(index.tags, person.wished_tags, count)[rows]
        languages = _count_of(index.languages, person.wished_languages, count)[rows]
        self.for_person, self.for_worker = _points(
            person,
            wanted.wanted.bit_count(),
            _Measures(
                minutes[rows].astype(np.float64),
                covered[rows].astype(np.float64),
                unskilled[rows].astype(np.float64),
                index.minutes_left[rows],
                _whole_metres(index, person, rows, metres[rows]),
                index.reach_metres[rows],
                languages,
                tags,
                index.wished_tag_count[rows],
            ),
        )
        self.scores: NDArray[np.int16] = np.minimum(self.for_person.sum(axis=0), self.for_worker.sum(axis=0)).astype(np.int16)

    def first(self, limit: int) -> list[SuggestedWorker]:
        """The best `limit` workers, best first."""
        places = self._order(limit)
        fits = _fits(self.for_person[:, places], self.for_worker[:, places])
        return list(map(SuggestedWorker, map(self._worker_id, self.rows[places].tolist()), fits))

    def ranking(self) -> Ranking:
        """Everything as values, as `domain.ranking.rank` returns it."""
        order = tuple(map(self._worker_id, self.rows[self._order(len(self.rows))].tolist()))
        found: list[Assessment] = list(map(_refusals().__getitem__, self.reasons.tolist()))
        fits = map(Assessment, repeat(()), _fits(self.for_person, self.for_worker))
        for row, assessment in zip(self.rows.tolist(), fits, strict=True):
            found[row] = assessment
        named = zip(self._index.ids, found, strict=True)
        alive = self._index.alive[: len(found)]
        return Ranking(order, dict(named if alive.all() else compress(named, alive.tolist())))

    def _worker_id(self, row: int) -> str:
        return self._index.ids[row]

    def _order(self, limit: int) -> list[int]:
        """Positions in `rows`, best first. Lots are drawn only among equals who reach the first `limit`."""
        by_score = np.argsort(-self.scores, kind="stable")
        scores = self.scores[by_score]
        starts = [0, *(np.flatnonzero(np.diff(scores)) + 1).tolist(), len(scores)]
        positions: list[int] = by_score.tolist()
        ids, rows, draw = self._index.ids, self.rows.tolist(), self._draw
        ordered: list[int] = []
        for start, end in pairwise(starts):
            if start >= limit:
                break
            equals = positions[start:end]
            if len(equals) > 1:
                equals.sort(key=lambda position: draw.of(ids[rows[position]]))
            ordered += equals
        return ordered[:limit]


_Ratio: TypeAlias = tuple[Floats | float, Floats | float]
_Ratios: TypeAlias = dict[str, _Ratio]


class _Measures(NamedTuple):
    """What the points of the eligible are made from; floats with whole values."""

    minutes: Floats
    covered: Floats
    unskilled: Floats
    left: Floats
    metres: Floats
    reach: Floats
    languages: Floats
    tags: Floats
    worker_tags: Floats


def _points(person: SupportedPerson, wanted: int, of: _Measures) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Shapes (6, n) and (4, n), in the order of PersonParts and WorkerParts. `wanted` minutes, of which each has at least one in common."""
    most, most_for_worker = MOST_FOR_PERSON, MOST_FOR_WORKER
    weight = OPEN_MINUTE * of.minutes - (OPEN_MINUTE - SPARE_MINUTE) * of.covered - (OPEN_MINUTE - UNSKILLED_MINUTE) * of.unskilled
    whole_weight = weight + OPEN_MINUTE * HALF_MINUTES
    possible = np.minimum(of.minutes, of.left)
    # Where nothing is wished, all points: one of one.
    no_languages, no_tags, no_worker_tags = not person.wished_languages, not person.wished_tags, of.worker_tags == 0
    for_person: _Ratios = {
        "times": (most.times * of.minutes, wanted),
        "gap": (most.gap * weight, whole_weight),
        "minutes": (most.minutes * possible, possible + HALF_MINUTES),
        "languages": (most.languages * (of.languages + no_languages), len(person.wished_languages) + no_languages),
        "tags": (most.tags * (of.tags + no_tags), len(person.wished_tags) + no_tags),
        "near": (most.near * HALF_METRES, of.metres + HALF_METRES),
    }
    for_worker: _Ratios = {
        "times": (most_for_worker.times * possible, np.minimum(of.left, wanted)),
        "gap": (most_for_worker.gap * weight, whole_weight),
        "tags": (most_for_worker.tags * np.where(no_worker_tags, 1, of.tags), of.worker_tags + no_worker_tags),
        "near": (most_for_worker.near * np.maximum(0, of.reach - of.metres), of.reach),
    }
    return (
        _whole_points([for_person[part] for part in PersonParts._fields], len(weight)),
        _whole_points([for_worker[part] for part in WorkerParts._fields], len(weight)),
    )


def _whole_points(ratios: list[_Ratio], count: int) -> NDArray[np.int16]:
    points = np.empty((len(ratios), count))
    for row, (numerator, denominator) in enumerate(ratios):
        np.divide(numerator, denominator, out=points[row])
    # Conversion drops the fraction, and no part is negative: rounded down.
    return points.astype(np.int16)


def _fits(for_person: NDArray[np.int16], for_worker: NDArray[np.int16]) -> Iterator[Fit]:
    return map(Fit, map(PersonParts, *for_person.tolist()), map(WorkerParts, *for_worker.tolist()))


@cache
def _refusals() -> list[Assessment]:
    """One for each set of reasons, by its bits: 512."""
    return [
        Assessment(tuple(reason for position, reason in enumerate(Reason) if bits >> position & 1), None)
        for bits in range(1 << len(Reason))
    ]


def _reason_bits(count: int, applies: Mapping[Reason, Flags | list[int]]) -> NDArray[np.uint16]:
    """Reasons come as a flag for each row, or as a list of rows."""
    bits = np.zeros(count, np.uint16)
    for position, reason in enumerate(Reason):
        rows = applies[reason]
        bit = np.uint16(1 << position)
        if isinstance(rows, list):
            bits[rows] |= bit
        else:
            bits |= rows * bit
    return bits


def _rows(index: WorkerIndex, ids: Iterable[str]) -> list[int]:
    return [row for row in map(index.row_of, ids) if row is not None]


def _has_skills(index: WorkerIndex, skills: Iterable[str], on: date) -> Flags:
    has = np.ones(index.size, np.bool_)
    for skill in skills:
        has &= index.skills[skill][: index.size] >= on.toordinal() if skill in index.skills else False
    return has


def _has_all(columns: Mapping[str, Flags], keys: Iterable[str], count: int) -> Flags:
    has = np.ones(count, np.bool_)
    for key in keys:
        has &= columns[key][:count] if key in columns else False
    return has


def _count_of(columns: Mapping[str, Flags], keys: Iterable[str], count: int) -> Floats:
    """How many of the keys each row has."""
    found = np.zeros(count)
    for key in keys:
        if key in columns:
            found += columns[key][:count]
    return found


def _common_minutes(index: WorkerIndex, minutes: int) -> NDArray[np.uint16]:
    """How many of these minutes (as bits) each row is free; a week has 10,080."""
    count = index.size
    common, word, bits = np.zeros(count, np.uint16), np.empty(count, np.uint64), np.empty(count, np.uint8)
    for position, mask in enumerate(week_words(minutes).tolist()):
        if mask:
            np.bitwise_and(index.free[position, :count], np.uint64(mask), out=word)
            np.bitwise_count(word, out=bits)
            common += bits
    return common


def _distances(index: WorkerIndex, person: SupportedPerson) -> tuple[Floats, Flags]:
    """Metres to each row's home, not yet exact, and whether that is exactly out of reach."""
    count = index.size
    squared = np.zeros(count)
    for axis, position in zip(index.position, on_unit_sphere(person.place), strict=True):
        away = axis[:count] - position
        squared += away * away
    metres = 2000 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1, np.sqrt(squared) / 2))
    beyond = metres - 1000 * index.reach_km[:count]
    out_of_reach = beyond > 0
    doubtful = np.abs(beyond) < np.where(metres < _NEAR_METRES, _DOUBT_METRES, _FAR_DOUBT_METRES)
    for row in np.flatnonzero(doubtful & index.alive[:count]).tolist():
        out_of_reach[row] = _exact_km(index, person, row) > index.reach_km[row]
    return metres, out_of_reach


def _whole_metres(index: WorkerIndex, person: SupportedPerson, rows: NDArray[np.intp], metres: Floats) -> Floats:
    """Rounded down, as the domain does."""
    whole = np.floor(metres)
    doubtful = (metres >= _NEAR_METRES) | (np.abs(metres - np.rint(metres)) < _DOUBT_METRES)
    for position in np.flatnonzero(doubtful).tolist():
        whole[position] = whole_metres(_exact_km(index, person, int(rows[position])))
    return whole


def _exact_km(index: WorkerIndex, person: SupportedPerson, row: int) -> float:
    return distance_km(person.place, index.places[row])
