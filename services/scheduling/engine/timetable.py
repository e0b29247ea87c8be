"""Start times and cost of a plan, computed from nothing in plain Python: what every faster way must agree with."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.scheduling.engine.problem import NOBODY, Problem


@dataclass(frozen=True)
class Cost:
    """Whole numbers in the units of the problem; the plan's cost is a third of `total`."""

    travel: int
    lateness: int
    """The sum over services."""
    most_late: int

    @property
    def total(self) -> int:
        return self.travel + self.lateness + self.most_late


@dataclass(frozen=True)
class Timetable:
    """The earliest start of each visit, and what the plan costs."""

    starts: tuple[int, ...]
    not_before: tuple[int, ...]
    """When each visit opens, or until when the first of a pair must wait for its second."""
    cost: Cost


def timetable(problem: Problem, order: Sequence[int], workers: Sequence[int]) -> Timetable | None:
    """None if nobody could ever keep this plan: a first visit waits for its second, which waits for the first by way of others.

    One pass in the order: a visit begins when it may and everybody is there. If the second of a pair comes too late for the first, the
    first must not begin before a certain moment, and the pass is made again from there. Starts only grow, so what is found is the least.
    """
    visits, position = problem.visits, {visit: index for index, visit in enumerate(order)}
    before, travel = _legs(problem, order, workers)
    starts, not_before = [0] * len(visits), [visit.opens for visit in visits]
    index, passes_left = 0, 8 * len(visits) + 8
    while index < len(order):
        number = order[index]
        visit = visits[number]
        start = not_before[number]
        for service in visit.services:
            last = before[service]
            place = problem.services[service].place
            if last == NOBODY:
                arrival = problem.travel[0][place]
            else:
                done = problem.services[last]
                arrival = starts[problem.visit_of[last]] + done.duration + problem.travel[done.place][place]
            start = max(start, arrival)
        if visit.is_second:
            start = max(start, starts[visit.partner] + visit.least_gap)
        starts[number] = start
        index += 1
        if visit.is_second and start > starts[visit.partner] + visit.most_gap:
            if not (passes_left := passes_left - 1):
                return None
            not_before[visit.partner] = start - visit.most_gap
            index = position[visit.partner]
    late = [max(0, starts[number] - visit.closes) for number, visit in enumerate(visits)]
    lateness = sum(minutes * len(visit.services) for minutes, visit in zip(late, visits, strict=True))
    return Timetable(tuple(starts), tuple(not_before), Cost(travel, lateness, max(late)))


def routes(problem: Problem, order: Sequence[int], workers: Sequence[int]) -> list[list[int]]:
    """The services of each worker, in order."""
    found: list[list[int]] = [[] for _ in range(problem.workers)]
    for visit in order:
        for service in problem.visits[visit].services:
            found[workers[service]].append(service)
    return found


def _legs(problem: Problem, order: Sequence[int], workers: Sequence[int]) -> tuple[list[int], int]:
    """The service before each one in its worker's route, and the travel of all, the ways home included."""
    before, travel = [NOBODY] * len(problem.services), 0
    for route in routes(problem, order, workers):
        here = 0
        for index, service in enumerate(route):
            before[service] = route[index - 1] if index else NOBODY
            travel += problem.travel[here][problem.services[service].place]
            here = problem.services[service].place
        travel += problem.travel[here][0]
    return before, travel
