"""The search for a week in plain Python: it says what the compiled one must do, number for number."""

from collections.abc import Sequence

from services.scheduling.engine.cooling import TABLE_SIZE, UNIT, allowances
from services.scheduling.engine.random_numbers import SplitMix64
from services.scheduling.engine.week_filling import fill
from services.scheduling.engine.week_moves import try_move
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_state import WeekState


class ReferenceWeekSearch:
    """Simulated annealing from any plan; `most_moved` visits of the published week at most may get somebody else."""

    def __init__(self, week: Week, holders: Sequence[int], seed: int, most_moved: int | None = None) -> None:
        self._state, self._random, self._most_moved = WeekState(week, holders), SplitMix64(seed), most_moved
        self._keep()

    @property
    def best(self) -> list[int]:
        """The worker of each place in the best plan so far."""
        return self._best

    @property
    def best_total(self) -> int:
        return self._best_total

    def fill(self, places: Sequence[int]) -> None:
        """Fills the empty ones of these places; the plan is then the best so far."""
        fill(self._state, places)
        self._keep()

    def run(self, iterations: int, temperature: int) -> None:
        """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
        if not self._state.holders:
            return
        state, table = self._state, allowances()
        for _ in range(iterations):
            before = state.total
            if not try_move(state, self._random):
                state.undo()
                continue
            allowed = before + (temperature * table[self._random.below(TABLE_SIZE)]) // UNIT
            if state.total > allowed or (self._most_moved is not None and state.moved() > self._most_moved):
                state.undo()
                continue
            state.log.clear()
            if state.total < self._best_total:
                self._keep()

    def _keep(self) -> None:
        self._best, self._best_total = list(self._state.holders), self._state.total
