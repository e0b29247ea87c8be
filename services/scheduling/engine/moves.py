"""The moves of the search, in plain Python: the specification that the compiled kernel follows.

A state is one global order of visits and a worker for each service. Each move draws its numbers in a fixed order from the generator and
changes the state, or returns False and leaves it. A move is refused where a worker lacks the skill, would be both workers of one person,
or the second of a pair would come before its first.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from services.scheduling.engine.neighbours import neighbours
from services.scheduling.engine.problem import NOBODY, Plan, Problem
from services.scheduling.engine.random_numbers import SplitMix64

BESIDE, SWAP, ALONG, OTHER_WORKER, TAILS, MATES = range(6)
CHANCES = (44, 20, 14, 9, 8, 5)
"""Of the six moves, in hundredths."""
BOUNDS = tuple(accumulate(CHANCES))
ALONG_AT_MOST = 3
"""How many services of its route a visit may pass at once."""


class State:
    """An order and workers that moves change. `positions` is the order, looked up by visit."""

    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.near = neighbours(problem)
        self.able = [sorted(service.able) for service in problem.services]
        self.order, self.workers = list(plan.order), list(plan.workers)

    def try_move(self, random: SplitMix64) -> bool:
        """Draws the kind of move, then a service, then what the move needs."""
        kind = bisect_right(BOUNDS, random.below(100))
        service = random.below(len(self.problem.services))
        return _MOVES[kind](self, random, service)

    def may_do(self, worker: int, service: int) -> bool:
        """Whether the worker has the skill and does not do the other service of this person."""
        mate = self.problem.mate_of[service]
        return worker in self.problem.services[service].able and (mate == NOBODY or self.workers[mate] != worker)

    def fits(self, visit: int, position: int) -> bool:
        """Whether the visit, moved to this position, is still on the right side of its partner."""
        partner = self.problem.visits[visit].partner
        if partner == NOBODY:
            return True
        at = self.order.index(partner)
        return position > at if self.problem.visits[visit].is_second else position < at

    def put(self, visit: int, beside: int, *, after: int) -> bool:
        """Moves a visit just before another one, or just after it."""
        here, there = self.order.index(visit), self.order.index(beside)
        there += after - (here < there)
        if not self.fits(visit, there):
            return False
        self.order.insert(there, self.order.pop(here))
        return True

    def near_service(self, random: SplitMix64, service: int) -> int:
        """One of the near services, or NOBODY."""
        near = self.near[service]
        return near[random.below(len(near))] if near else NOBODY


def _beside(state: State, random: SplitMix64, service: int) -> bool:
    """Put a visit next to a near neighbour and take the neighbour's worker."""
    near = state.near_service(random, service)
    if near == NOBODY:
        return False
    after, worker = random.below(2), state.workers[near]
    if worker != state.workers[service] and not state.may_do(worker, service):
        return False
    if not state.put(state.problem.visit_of[service], state.problem.visit_of[near], after=after):
        return False
    state.workers[service] = worker
    return True


def _swap(state: State, random: SplitMix64, service: int) -> bool:
    """Two near neighbours exchange workers and places in the order."""
    near = state.near_service(random, service)
    if near == NOBODY:
        return False
    worker, other = state.workers[service], state.workers[near]
    if worker != other and not (state.may_do(other, service) and state.may_do(worker, near)):
        return False
    visit, beside = state.problem.visit_of[service], state.problem.visit_of[near]
    here, there = state.order.index(visit), state.order.index(beside)
    if not (state.fits(visit, there) and state.fits(beside, here)):
        return False
    state.order[here], state.order[there] = beside, visit
    state.workers[service], state.workers[near] = other, worker
    return True


def _along(state: State, random: SplitMix64, service: int) -> bool:
    """Shift a visit in the order, past one or more of the services that its worker does before or after it."""
    after, steps = random.below(2), 1 + random.below(ALONG_AT_MOST)
    route = [
        other for visit in state.order for other in state.problem.visits[visit].services if state.workers[other] == state.workers[service]
    ]
    index = route.index(service)
    target = min(index + steps, len(route) - 1) if after else max(index - steps, 0)
    if target == index:
        return False
    return state.put(state.problem.visit_of[service], state.problem.visit_of[route[target]], after=after)


def _other_worker(state: State, random: SplitMix64, service: int) -> bool:
    """Change a service's worker, and shift its visit in the order by about the length of one round of all workers."""
    able = state.able[service]
    worker, reach = able[random.below(len(able))], state.problem.workers
    visit = state.problem.visit_of[service]
    here = state.order.index(visit)
    there = min(max(here + random.below(2 * reach + 1) - reach, 0), len(state.order) - 1)
    if worker == state.workers[service] or not state.may_do(worker, service) or not state.fits(visit, there):
        return False
    state.order.insert(there, state.order.pop(here))
    state.workers[service] = worker
    return True


def _tails(state: State, random: SplitMix64, service: int) -> bool:
    """Two workers exchange all they do from one visit on."""
    near = state.near_service(random, service)
    if near == NOBODY:
        return False
    worker, other = state.workers[service], state.workers[near]
    if worker == other:
        return False
    start, swapped = state.order.index(state.problem.visit_of[service]), list(state.workers)
    moved = [s for visit in state.order[start:] for s in state.problem.visits[visit].services if state.workers[s] in (worker, other)]
    for each in moved:
        swapped[each] = worker if state.workers[each] == other else other
    if any(swapped[each] not in state.problem.services[each].able or not _two_workers(state, each, swapped) for each in moved):
        return False
    state.workers = swapped
    return True


def _mates(state: State, random: SplitMix64, service: int) -> bool:
    """The two workers of one person exchange services. No other single move can: on the way, one worker would do both."""
    del random
    mate = state.problem.mate_of[service]
    if mate == NOBODY:
        return False
    worker, other = state.workers[service], state.workers[mate]
    if other not in state.problem.services[service].able or worker not in state.problem.services[mate].able:
        return False
    state.workers[service], state.workers[mate] = other, worker
    return True


def _two_workers(state: State, service: int, workers: Sequence[int]) -> bool:
    mate = state.problem.mate_of[service]
    return mate == NOBODY or workers[mate] != workers[service]


_MOVES = {BESIDE: _beside, SWAP: _swap, ALONG: _along, OTHER_WORKER: _other_worker, TAILS: _tails, MATES: _mates}
