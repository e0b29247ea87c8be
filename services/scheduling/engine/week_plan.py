"""Plans a co-op's week: who comes to each visit. The same problem, seed and iterations make the same plan on any machine.

How it is done, and what a plan costs: docs/rota-engine.md.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekPlan, WeekProblem, WeekWeights
from services.scheduling.engine.annealing import AnySearch, FixedPace, cool_down
from services.scheduling.engine.cooling import split, temperatures
from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_filling import hardest_first
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_points import plan_points
from services.scheduling.engine.week_reference import ReferenceWeekSearch

WEEK_ENGINE_VERSION = 1
"""Part of a plan's record, as that of a day: another one makes other plans."""
HOTTEST, COLDEST = 60, 1
"""Points: about what one move changes at the most, and at the least."""
_CHUNK, _PLAIN_CHUNK = 20_000, 500


class WeekSearch(AnySearch, Protocol):
    """The compiled kernel, or the plain-Python reference."""

    @property
    def best(self) -> Sequence[int]:
        """The worker of each place, NOBODY for none."""
        ...

    def fill(self, places: Sequence[int]) -> None:
        """Fills the empty ones of these places, in this order; the plan is then the best so far."""


def search_for(week: Week, holders: Sequence[int], seed: int, most_moved: int | None = None, *, plain: bool = False) -> WeekSearch:
    """A search from this plan on; numba is imported here and not before."""
    if plain:
        return ReferenceWeekSearch(week, holders, seed, most_moved)
    from services.scheduling.engine.week_compiled import CompiledWeekSearch

    return CompiledWeekSearch(week, holders, seed, most_moved)


def plan_week(
    problem: WeekProblem,
    seed: int,
    iterations: int,
    weights: WeekWeights = USUAL_WEIGHTS,
    progress: Callable[[int], bool] | None = None,
    *,
    made: int | None = None,
    plain: bool = False,
) -> WeekPlan:
    """A plan that keeps every rule of `week_rules.py` for all that is not kept; places that nobody can take stay empty.

    `progress` is called now and then with the iterations done; False stops, and the best plan so far is the result. `made` ends the
    search as one that was stopped there. `plain` searches without compiled code: the same plan, about a hundred times slower.
    """
    week = Week(problem, weights)
    search = search_for(week, [NOBODY] * len(week.places), seed, plain=plain)
    search.fill(hardest_first(week, range(len(week.places))))
    done = search_on(search, iterations, progress, HOTTEST, made=made, plain=plain)
    return plan_of(week, search.best, done)


def search_on(
    search: WeekSearch,
    iterations: int,
    progress: Callable[[int], bool] | None,
    hottest: int,
    *,
    made: int | None = None,
    plain: bool = False,
) -> int:
    """Cools the search down from this temperature; returns the iterations made."""
    done, pace = 0, FixedPace(_levels(iterations, made), _PLAIN_CHUNK if plain else _CHUNK)
    for _, chunk in cool_down(search, temperatures(hottest, COLDEST, 1), pace):
        done += chunk
        if progress is not None and not progress(done):
            break
    return done


def plan_of(week: Week, holders: Sequence[int], iterations: int) -> WeekPlan:
    """The plan with its points, computed from nothing."""
    comes = week.comes(holders)
    return WeekPlan(comes, plan_points(week.problem, comes, week.weights), iterations)


def _levels(iterations: int, made: int | None) -> list[int]:
    """Iterations of each temperature; all in all no more than `made`."""
    levels, left = [], iterations if made is None else made
    for level in split(iterations):
        levels.append(min(level, left))
        left -= levels[-1]
    return levels
