"""A day's visits as the rota engine sees them: whole numbers only, in the units of the file times ten to some power."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

NOBODY = -1


@dataclass(frozen=True)
class Service:
    """What one worker does in one visit."""

    place: int
    """Row of the travel matrix; 0 is where all workers start and end."""
    duration: int
    able: frozenset[int]
    """The workers who have the skill; not empty."""


@dataclass(frozen=True)
class Visit:
    """One service, or two that begin at the same moment.

    A visit is the token of the global order. Two services with a gap between them are two visits, `first` and `second`, each naming the
    other in `partner`: one order of patients cannot express two pairs that cross.
    """

    services: tuple[int, ...]
    opens: int
    closes: int
    """A start after this is late by the difference, for each service."""
    partner: int = NOBODY
    is_second: bool = False
    least_gap: int = 0
    """Of a pair: start of the second minus start of the first."""
    most_gap: int = 0


@dataclass(frozen=True)
class Problem:
    """Raises ValueError for what no plan can hold; readers of files name such mistakes with their place before."""

    workers: int
    services: tuple[Service, ...]
    visits: tuple[Visit, ...]
    travel: Sequence[Sequence[int]]

    def __post_init__(self) -> None:
        if not self.visits or not all(service.able for service in self.services):
            raise ValueError("a problem has visits, and somebody able to do each service")
        if any(number < 0 for row in self.travel for number in row):
            raise ValueError("travel takes no time less than zero")

    @cached_property
    def visit_of(self) -> tuple[int, ...]:
        """The visit of each service."""
        visits = [NOBODY] * len(self.services)
        for number, visit in enumerate(self.visits):
            for service in visit.services:
                visits[service] = number
        return tuple(visits)

    @cached_property
    def mate_of(self) -> tuple[int, ...]:
        """The other service of the same person, which another worker must do; NOBODY for a visit by one worker."""
        mates = [NOBODY] * len(self.services)
        for visit in self.visits:
            together = visit.services if visit.partner == NOBODY else visit.services + self.visits[visit.partner].services
            for one, other in pairwise(together):
                mates[one], mates[other] = other, one
        return tuple(mates)


@dataclass(frozen=True)
class Plan:
    """One global order of all visits, and the worker of each service. A worker's route is the sub-order of their services."""

    order: tuple[int, ...]
    workers: tuple[int, ...]
