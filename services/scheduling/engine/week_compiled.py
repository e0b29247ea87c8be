"""The compiled search for a week behind the interface of `ReferenceWeekSearch`: lays a problem and a plan out as the kernel's tables."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from services.scheduling.domain.travel import TravelTable
from services.scheduling.engine import week_kernel, week_kernel_steps
from services.scheduling.engine import week_kernel_tables as tables
from services.scheduling.engine.cooling import allowances
from services.scheduling.engine.kernel_tables import Table
from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_points import worker_points


class CompiledWeekSearch:
    """Simulated annealing from any plan; the same plan as `ReferenceWeekSearch` for the same seed."""

    def __init__(self, week: Week, holders: Sequence[int], seed: int, most_moved: int | None = None) -> None:
        self._state = _layout(week, seed, most_moved)
        board = self._board = self._state.board
        kept = [
            (number, week.worker_numbers[worker])
            for number, visit in enumerate(week.visits)
            for worker in visit.kept & week.worker_numbers.keys()
        ]
        week_kernel_steps.begin(board, np.array(kept, np.int64).reshape(-1, 2), np.array(holders, np.int64))
        week_kernel.keep(board)

    @property
    def best(self) -> list[int]:
        """The worker of each place in the best plan so far."""
        found: list[int] = self._board.places[:, tables.BEST_HOLDER].tolist()
        return found

    @property
    def best_total(self) -> int:
        return int(self._board.numbers[tables.BEST])

    def fill(self, places: Sequence[int]) -> None:
        """Fills the empty ones of these places; the plan is then the best so far."""
        week_kernel.fill(self._state, np.array(places, np.int64))

    def run(self, iterations: int, temperature: int) -> None:
        """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
        if len(self._board.places):
            week_kernel.run(self._state, iterations, temperature)


def _layout(week: Week, seed: int, most_moved: int | None) -> tables.WeekTables:
    """Nobody has a place yet, and nobody is kept."""
    stations = _numbered(thing.place for things in (week.visits, week.workers) for thing in things)
    persons = _numbered(visit.person for visit in week.visits)
    travel, pairs = _travel(week, list(stations)), _pairs(week, persons)
    places = np.full((len(week.places), tables.PLACE_COLUMNS), NOBODY, np.int64)
    places[:, tables.VISIT] = week.places
    visits = _visit_rows(week, stations, persons)
    visits[:, tables.MISSING] = pairs[:, :, tables.PUBLISHED].sum(axis=0)
    board = tables.Board(
        visits=visits,
        workers=_worker_rows(week, stations, int(travel.max(initial=0))),
        places=places,
        pairs=pairs,
        faces=_faces(week, persons),
        routes=np.zeros((len(week.workers), len(week.visits) + 1), np.int64),
        travel=travel,
        # No move has more steps: it gives up and takes a place at most once, and puts at most two others out for each.
        steps=np.zeros((8 * len(week.places) + 64, tables.STEP_COLUMNS), np.int64),
        numbers=np.zeros(tables.SCALARS, np.int64),
    )
    numbers, weights = board.numbers, week.weights
    numbers[tables.NOBODY_POINTS], numbers[tables.TRAVEL_POINTS] = weights.nobody, weights.travel
    numbers[tables.SHORT_POINTS], numbers[tables.OVER_POINTS] = weights.short_of_wish, weights.over_wish
    numbers[tables.FAIRNESS_POINTS] = weights.fairness
    numbers[tables.LONGEST] = max((visit.end - visit.start for visit in week.visits), default=0)
    numbers[tables.LONGEST_WAY] = travel.max(initial=0)
    numbers[tables.MOST_MOVED] = tables.NO_LIMIT if most_moved is None else most_moved
    numbers[tables.MOVED] = np.count_nonzero(visits[:, tables.MISSING])
    nobody_works = sum(sum(worker_points(week, worker, ()).values()) for worker in range(len(week.workers)))
    numbers[tables.TOTAL] = weights.nobody * len(week.places) + nobody_works
    able = _able_list(pairs[:, :, tables.ABLE])
    random = np.array([seed & (2**64 - 1)], np.uint64)
    return tables.WeekTables(board, able, _person_places(week, persons), random, np.array(allowances(), np.int64))


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)))}


def _travel(week: Week, stations: list[str]) -> Table:
    """The tables of all ways of going, one under another."""
    return np.vstack([_travel_of(week.travel(goes), stations) for goes in week.ways_of_going])


def _travel_of(table: Mapping[tuple[str, str], int], stations: list[str]) -> Table:
    """A table of travel that is rows already is taken as it is: a hundred thousand pairs one by one would take as long as a plan."""
    found = np.zeros((len(stations), len(stations)), np.int64)
    if isinstance(table, TravelTable):
        known = [(number, table.numbers[name]) for number, name in enumerate(stations) if name in table.numbers]
        if not known:
            return found  # No rows have no second dimension.
        ours, theirs = [number for number, _ in known], [number for _, number in known]
        found[np.ix_(ours, ours)] = np.array(table.rows, np.int64)[np.ix_(theirs, theirs)]
        return found
    numbers = {name: number for number, name in enumerate(stations)}
    for (origin, destination), minutes in table.items():
        if origin in numbers and destination in numbers:
            found[numbers[origin], numbers[destination]] = minutes
    return found


def _pairs(week: Week, persons: dict[str, int]) -> Table:
    pairs = np.zeros((len(week.workers), len(week.visits), tables.PAIR_COLUMNS), np.int64)
    able, published, points = (pairs[:, :, column] for column in (tables.ABLE, tables.PUBLISHED, tables.POINTS))
    able[:] = 1
    for number, visit in enumerate(week.visits):
        for kept in visit.kept & week.worker_numbers.keys():
            able[week.worker_numbers[kept], number] = 0
        for before in week.published[number] & week.worker_numbers.keys():
            published[week.worker_numbers[before], number] = 1
    preferred = np.zeros((len(week.workers), len(persons)), np.int64)
    for number, worker in enumerate(week.workers):
        able[number, [visit for visit in map(week.visit_numbers.get, worker.cannot) if visit is not None]] = 0
        preferred[number, [person for person in map(persons.get, worker.preferred) if person is not None]] = 1
    others = preferred.max(axis=0, initial=0) - preferred
    points += week.weights.not_preferred * others[:, [persons[visit.person] for visit in week.visits]]
    points += week.weights.change * (np.array([bool(came) for came in week.published], np.int64) * (1 - published))
    return pairs


def _able_list(able: Table) -> Table:
    """For each visit the count, then the workers in their order."""
    return np.column_stack((able.sum(axis=0), np.argsort(1 - able.T, axis=1, kind="stable"))).astype(np.int64)


def _faces(week: Week, persons: dict[str, int]) -> Table:
    faces = np.zeros((len(week.workers), len(persons), tables.FACE_COLUMNS), np.int64)
    faces[:, :, tables.NEW_FACE] = week.weights.new_face
    for number, worker in enumerate(week.workers):
        faces[number, [persons[person] for person, times in worker.known.items() if times and person in persons], tables.NEW_FACE] = 0
    return faces


def _person_places(week: Week, persons: dict[str, int]) -> Table:
    most = max((len(places) for places in week.places_at.values()), default=0)
    found = np.zeros((len(persons), most + 1), np.int64)
    for person, places in week.places_at.items():
        found[persons[person], : len(places) + 1] = [len(places), *places]
    return found


def _visit_rows(week: Week, stations: dict[str, int], persons: dict[str, int]) -> Table:
    rows = np.zeros((len(week.visits), tables.VISIT_COLUMNS), np.int64)
    for number, visit in enumerate(week.visits):
        places = week.places_of[number]
        rows[number, : tables.MISSING] = (
            visit.start,
            visit.end,
            stations[visit.place],
            persons[visit.person],
            week.day(number),
            places.start,
            len(places),
        )
    return rows


def _worker_rows(week: Week, stations: dict[str, int], longest_way: int) -> Table:
    rows = np.zeros((len(week.workers), tables.WORKER_COLUMNS), np.int64)
    for number, worker in enumerate(week.workers):
        rows[number, tables.GOES] = week.ways_of_going.index(worker.goes) * len(stations)
        rows[number, tables.HOME], rows[number, tables.REST] = stations[worker.place], worker.daily_rest
        rows[number, tables.WISHED] = tables.NO_LIMIT if worker.wished_minutes is None else worker.wished_minutes
        rows[number, tables.MOST] = tables.NO_LIMIT if worker.most_minutes is None else worker.most_minutes
        rows[number, tables.REACH] = max(longest_way, worker.daily_rest) + 1
    return rows
