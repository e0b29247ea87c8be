"""The search in plain Python: a few thousand moves a second, each plan computed from nothing.

It says what the compiled kernel must do, number for number, and is enough for some dozens of visits where nothing can be compiled.
"""

from services.scheduling.engine.cooling import TABLE_SIZE, UNIT, allowances
from services.scheduling.engine.moves import State
from services.scheduling.engine.problem import Plan, Problem
from services.scheduling.engine.random_numbers import SplitMix64
from services.scheduling.engine.timetable import timetable


class ReferenceSearch:
    """Simulated annealing from a plan that can be kept."""

    def __init__(self, problem: Problem, plan: Plan, seed: int) -> None:
        first = timetable(problem, plan.order, plan.workers)
        if first is None:
            raise ValueError("the search begins with a plan that can be kept")
        self._problem, self._random, self._state = problem, SplitMix64(seed), State(problem, plan)
        self._total = self.best_total = first.cost.total
        self.best = plan

    def run(self, iterations: int, temperature: int) -> None:
        """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
        state, table = self._state, allowances()
        for _ in range(iterations):
            order, workers = list(state.order), list(state.workers)
            if not state.try_move(self._random):
                continue
            allowed = self._total + (temperature * table[self._random.below(TABLE_SIZE)]) // UNIT
            moved = timetable(self._problem, state.order, state.workers)
            if moved is None or moved.cost.total > allowed:
                state.order, state.workers = order, workers
                continue
            self._total = moved.cost.total
            if self._total < self.best_total:
                self.best_total, self.best = self._total, Plan(tuple(state.order), tuple(state.workers))

    def return_to_best(self) -> None:
        """Goes on from the best plan so far."""
        self._state.order, self._state.workers = list(self.best.order), list(self.best.workers)
        self._total = self.best_total
