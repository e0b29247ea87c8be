"""Workers as columns of numbers, prepared once, so that thousands of them are ranked for one person in a few milliseconds.

A worker is a row of every column. When one changes, only their row is written: what that costs does not grow with the others.
"""

from collections.abc import Iterable
from math import cos, radians, sin
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from libs.great_circle import Place
from services.matching.domain.ranking import reach_metres
from services.matching.domain.ranking_input import WEEK_MINUTES, Worker, minutes_of

Flags: TypeAlias = NDArray[np.bool_]
Days: TypeAlias = NDArray[np.int32]
Floats: TypeAlias = NDArray[np.float64]

WEEK_WORDS = -(-WEEK_MINUTES // 64)
NEVER_ENDS = 2**31 - 1
"""The last day (proleptic Gregorian ordinal) of evidence that never ends."""
NOT_HELD = 0
"""The last day of a skill that a worker does not have: before every day there is."""

_FIRST_ROOM = 64


class WorkerIndex:
    """Columns over all workers. `alive` says which rows hold a worker; the other columns are for `suggestions.py` to read.

    Minutes of the week are bits in words of 64, one row of words for all workers, so that a word of the week lies together in memory.
    """

    def __init__(self, workers: Iterable[Worker] = ()) -> None:
        self.ids: list[str] = []
        self.places: list[Place] = []
        self._workers: dict[str, Worker] = {}
        self._rows: dict[str, int] = {}
        self._unused_rows: list[int] = []
        self.alive = np.zeros(_FIRST_ROOM, np.bool_)
        self.not_ready = np.zeros(_FIRST_ROOM, np.bool_)
        self.position = np.zeros((3, _FIRST_ROOM))
        """Points on a sphere of radius 1."""
        self.reach_km = np.zeros(_FIRST_ROOM)
        self.reach_metres = np.ones(_FIRST_ROOM)
        self.minutes_left = np.zeros(_FIRST_ROOM)
        self.wished_tag_count = np.zeros(_FIRST_ROOM)
        self.free = np.zeros((WEEK_WORDS, _FIRST_ROOM), np.uint64)
        self.skills: dict[str, Days] = {}
        self.languages: dict[str, Flags] = {}
        self.genders: dict[str, Flags] = {}
        self.tags: dict[str, Flags] = {}
        self.excluding: dict[str, set[int]] = {}
        """The rows of workers who do not want to support a person."""
        for worker in workers:
            self.put(worker)

    @property
    def size(self) -> int:
        """How many rows are in use or were: the columns' length to look at."""
        return len(self.ids)

    def row_of(self, worker_id: str) -> int | None:
        return self._rows.get(worker_id)

    def put(self, worker: Worker) -> None:
        """Adds a worker, or replaces the one with this id."""
        self.remove(worker.id)
        if self._unused_rows:
            row = self._unused_rows.pop()
            self.ids[row], self.places[row] = worker.id, worker.place
        else:
            row = len(self.ids)
            self.ids.append(worker.id)
            self.places.append(worker.place)
            if row == len(self.alive):
                self._make_room()
        self._workers[worker.id], self._rows[worker.id] = worker, row
        self._write(row, worker)

    def remove(self, worker_id: str) -> None:
        """Takes a worker out, if there is one with this id."""
        if worker_id not in self._workers:
            return
        worker, row = self._workers.pop(worker_id), self._rows.pop(worker_id)
        self._unused_rows.append(row)
        self.alive[row] = False
        for skill in worker.skills:
            self.skills[skill][row] = NOT_HELD
        for columns, keys in self._flags_of(worker):
            for key in keys:
                columns[key][row] = False
        for person in worker.never:
            self.excluding[person].discard(row)
            if not self.excluding[person]:
                del self.excluding[person]

    def _write(self, row: int, worker: Worker) -> None:
        self.alive[row] = True
        self.not_ready[row] = bool(worker.missing)
        self.position[:, row] = on_unit_sphere(worker.place)
        self.reach_km[row] = worker.reach_km
        self.reach_metres[row] = reach_metres(worker.reach_km)
        self.minutes_left[row] = worker.minutes_left
        self.wished_tag_count[row] = len(worker.wished_tags)
        self.free[:, row] = week_words(minutes_of(worker.free))
        room = len(self.alive)
        for skill, last_day in worker.skills.items():
            if skill not in self.skills:
                self.skills[skill] = np.full(room, NOT_HELD, np.int32)
            self.skills[skill][row] = NEVER_ENDS if last_day is None else last_day.toordinal()
        for columns, keys in self._flags_of(worker):
            for key in keys:
                if key not in columns:
                    columns[key] = np.zeros(room, np.bool_)
                columns[key][row] = True
        for person in worker.never:
            self.excluding.setdefault(person, set()).add(row)

    def _flags_of(self, worker: Worker) -> tuple[tuple[dict[str, Flags], Iterable[str]], ...]:
        genders = () if worker.gender is None else (worker.gender,)
        return ((self.languages, worker.languages), (self.tags, worker.wished_tags), (self.genders, genders))

    def _make_room(self) -> None:
        """Doubles every column; new rows are empty."""
        room = len(self.alive)

        def wider(column: NDArray[np.generic]) -> NDArray[np.generic]:
            return np.concatenate([column, np.zeros((*column.shape[:-1], room), column.dtype)], axis=-1)

        for name, column in vars(self).items():
            if isinstance(column, np.ndarray):
                setattr(self, name, wider(column))
            elif name in ("skills", "languages", "genders", "tags"):
                column.update({key: wider(values) for key, values in column.items()})


def on_unit_sphere(place: Place) -> tuple[float, float, float]:
    latitude, longitude = radians(place[0]), radians(place[1])
    return cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)


def week_words(minutes: int) -> NDArray[np.uint64]:
    """Bits of `minutes_of` as words of 64, shape (WEEK_WORDS,)."""
    return np.frombuffer(minutes.to_bytes(WEEK_WORDS * 8, "little"), "<u8").astype(np.uint64, copy=False)
