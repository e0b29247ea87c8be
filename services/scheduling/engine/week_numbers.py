"""A week in numbers: visits in the order of time, workers by id, so that the order in which a file or a table gives them never matters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.scheduling.domain.travel import TravelTable
from services.scheduling.domain.week_problem import WeekProblem, WeekVisit, WeekWeights, WeekWorker
from services.scheduling.engine.problem import NOBODY

DAY = 24 * 60


@dataclass(frozen=True)
class Week:
    """A problem and its weights. Raises ValueError for what no plan can hold; readers of files name such mistakes with their place before.

    A place is what one worker more can take of a visit. Places that kept workers have are none: nobody can move them.
    """

    problem: WeekProblem
    weights: WeekWeights
    came: Mapping[str, frozenset[str]] | None = None
    """By visit who counts as published, where it is not what the visits say."""

    def __post_init__(self) -> None:
        if any(not 0 <= visit.start < visit.end for visit in self.problem.visits):
            raise ValueError("a visit starts on Monday or later, and ends after that")
        if any(len({thing.id for thing in things}) < len(things) for things in (self.problem.visits, self.problem.workers)):
            raise ValueError("an id stands twice")
        for travel in (self.problem.travel, *self.problem.travel_by.values()):
            if not isinstance(travel, TravelTable) and any(minutes < 0 for minutes in travel.values()):
                raise ValueError("travel takes no time less than zero")
        if any(worker.goes and worker.goes not in self.problem.travel_by for worker in self.problem.workers):
            raise ValueError("a worker goes in a way that has no table of travel")

    @cached_property
    def visits(self) -> tuple[WeekVisit, ...]:
        return tuple(sorted(self.problem.visits, key=lambda visit: (visit.start, visit.end, visit.id)))

    @cached_property
    def workers(self) -> tuple[WeekWorker, ...]:
        return tuple(sorted(self.problem.workers, key=lambda worker: worker.id))

    @cached_property
    def visit_numbers(self) -> Mapping[str, int]:
        return {visit.id: number for number, visit in enumerate(self.visits)}

    @cached_property
    def worker_numbers(self) -> Mapping[str, int]:
        return {worker.id: number for number, worker in enumerate(self.workers)}

    @cached_property
    def published(self) -> tuple[frozenset[str], ...]:
        if self.came is None:
            return tuple(visit.published for visit in self.visits)
        return tuple(self.came.get(visit.id, frozenset()) for visit in self.visits)

    def able(self, visit: int) -> tuple[int, ...]:
        """The workers who can take a place of a visit by what is known beforehand."""
        if visit not in self._able:
            id_, kept = self.visits[visit].id, self.visits[visit].kept
            able = (number for number, worker in enumerate(self.workers) if id_ not in worker.cannot and worker.id not in kept)
            self._able[visit] = tuple(able)
        return self._able[visit]

    @cached_property
    def _able(self) -> dict[int, tuple[int, ...]]:
        """Filled as it is asked for: an instant change asks for a few visits."""
        return {}

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The visit of each place, in the order of time."""
        return tuple(number for number, visit in enumerate(self.visits) for _ in range(visit.workers - len(visit.kept)))

    @cached_property
    def places_of(self) -> tuple[range, ...]:
        """The places of each visit."""
        found, first = [], 0
        for visit in self.visits:
            count = max(0, visit.workers - len(visit.kept))
            found.append(range(first, first + count))
            first += count
        return tuple(found)

    @cached_property
    def places_at(self) -> Mapping[str, tuple[int, ...]]:
        """The places of all visits to each person."""
        found: dict[str, list[int]] = {}
        for place, visit in enumerate(self.places):
            found.setdefault(self.visits[visit].person, []).append(place)
        return {person: tuple(places) for person, places in found.items()}

    @cached_property
    def prefers(self) -> frozenset[str]:
        """The persons who prefer somebody."""
        return frozenset(person for worker in self.workers for person in worker.preferred)

    def day(self, visit: int) -> int:
        return self.visits[visit].start // DAY

    def minutes(self, visits: Iterable[int]) -> int:
        return sum(self.visits[visit].end - self.visits[visit].start for visit in visits)

    @cached_property
    def ways_of_going(self) -> tuple[str, ...]:
        """The tables of travel that are in use, in the order of the kernel."""
        return ("", *sorted(self.problem.travel_by))

    def travel(self, goes: str) -> Mapping[tuple[str, str], int]:
        return self.problem.travel_by[goes] if goes else self.problem.travel

    def way(self, worker: int, origin: str, destination: str) -> int:
        """Minutes, as this worker goes."""
        return self.travel(self.workers[worker].goes).get((origin, destination), 0)

    def routes(self, comes: Mapping[str, frozenset[str]]) -> list[list[int]]:
        """The visits of each worker in the order of time. Who is no worker of this week has no route."""
        found: list[list[int]] = [[] for _ in self.workers]
        for number, visit in enumerate(self.visits):
            for worker in comes.get(visit.id, frozenset()):
                if worker in self.worker_numbers:
                    found[self.worker_numbers[worker]].append(number)
        return found

    def holders(self, comes: Mapping[str, frozenset[str]]) -> list[int]:
        """The worker of each place. Raises ValueError for more workers than places, or who is not of this week and not kept."""
        found = [NOBODY] * len(self.places)
        for visit, places in zip(self.visits, self.places_of, strict=True):
            movable = sorted(comes.get(visit.id, frozenset()) - visit.kept)
            if len(movable) > len(places) or any(worker not in self.worker_numbers for worker in movable):
                raise ValueError(f"visit {visit.id} has no place for all who come")
            for place, worker in zip(places, movable, strict=False):
                found[place] = self.worker_numbers[worker]
        return found

    def comes(self, holders: Sequence[int]) -> dict[str, frozenset[str]]:
        """Who comes to each visit, kept or in a place."""
        return {
            visit.id: visit.kept | {self.workers[holders[place]].id for place in places if holders[place] != NOBODY}
            for visit, places in zip(self.visits, self.places_of, strict=True)
        }
