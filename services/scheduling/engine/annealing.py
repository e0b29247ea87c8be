"""A search from the first plan down all temperatures, at a pace that the caller sets; both kernels behind one interface."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Protocol

from services.scheduling.engine.cooling import LEVELS, allowances, split, temperatures
from services.scheduling.engine.first_plan import first_plan
from services.scheduling.engine.problem import Plan, Problem

ENGINE_VERSION = 3
"""Part of a plan's record: the same inputs, seed, iterations and version give the same plan."""


@dataclass(frozen=True)
class _Rounds:
    """How a day of a certain size cools down: so many rounds from hot, then as many more from warm, each from the best plan so far.

    Temperatures are thousandths of the mean travel: a plan dearer by that much is taken in one case of e. All rounds together have LEVELS
    temperatures, the same number each.
    """

    services: int
    """Up to so many."""
    hottest: int
    hot: int
    warmest: int
    warm: int


_COLDEST = 23
_ROUNDS = (
    _Rounds(40, 10_000, 8, 0, 0),
    _Rounds(85, 1_500, 6, 1_000, 2),
    _Rounds(110, 2_000, 3, 1_000, 5),
    _Rounds(200, 2_000, 1, 1_000, 3),
)
_ROUNDS_OF_ALL = _Rounds(2**31, 700, 1, 0, 0)
"""Of a larger day. On a small day one visit moves all others and basins are deep, so all rounds are hot. On a middling one a round finds
its basin in a fraction of the time, and more time does not get it out; several rounds do, of which the best is kept. The larger the day,
the longer a round from hot must be, and on a large one a single slow round does best (ADR 84)."""


def largest_number(services: int) -> int:
    """The largest number that a problem of so many services may have: the kernel's 64 bits then hold every cost and every allowance."""
    # A start follows at most one travel, duration and gap for each service, and one window; it may be late for each service.
    largest_for_costs = 2**62 // (4 * (services + 2) ** 2)
    hottest = max(rounds.hottest for rounds in (*_ROUNDS, _ROUNDS_OF_ALL))
    return min(largest_for_costs, 2**62 * 1_000 // (hottest * allowances()[0]))


class AnySearch(Protocol):
    """Of a day or of a week."""

    def run(self, iterations: int, temperature: int) -> None:
        """Tries so many moves at this temperature."""


class Search(AnySearch, Protocol):
    """The compiled kernel, or the plain-Python reference."""

    @property
    def best(self) -> Plan: ...

    @property
    def best_total(self) -> int: ...

    def return_to_best(self) -> None:
        """Goes on from the best plan so far."""


class Pace(Protocol):
    """How many iterations each level gets: so many, or by a clock. Below an edge nothing reads a clock."""

    def chunks(self, level: int) -> Iterable[int]:
        """Iterations to make next, until this level is done."""


class FixedPace:
    """Reproducible: a number of iterations for every level. Raises ValueError for another number of levels."""

    def __init__(self, levels: Iterable[int], chunk: int = 20_000) -> None:
        self._levels, self._chunk = list(levels), chunk
        if len(self._levels) != LEVELS:
            raise ValueError(f"a search has {LEVELS} levels, not {len(self._levels)}")

    @classmethod
    def of(cls, iterations: int) -> "FixedPace":
        return cls(split(iterations))

    def chunks(self, level: int) -> Iterable[int]:
        left = self._levels[level]
        while left:
            yield min(left, self._chunk)
            left -= min(left, self._chunk)


@dataclass(frozen=True)
class Found:
    """The best plan, and what it takes to find it again."""

    plan: Plan
    seed: int
    levels: tuple[int, ...]
    """The iterations made on each level."""
    was_stopped: bool


def compiled(problem: Problem, plan: Plan, seed: int) -> Search:
    """The compiled kernel; numba is imported here and not before."""
    from services.scheduling.engine.compiled import CompiledSearch

    return CompiledSearch(problem, plan, seed)


def plain(problem: Problem, plan: Plan, seed: int) -> Search:
    """The reference in plain Python."""
    from services.scheduling.engine.reference import ReferenceSearch

    return ReferenceSearch(problem, plan, seed)


def prepare(problem: Problem, seed: int, make: Callable[[Problem, Plan, int], Search] = compiled) -> Search:
    """A search at its first plan, compiled and ready to go. Raises NoPlan if two workers are needed where there is only one."""
    search = make(problem, first_plan(problem), seed)
    search.run(0, 1)
    return search


def anneal(
    problem: Problem, seed: int, search: Search, pace: Pace, may_go_on: Callable[[int, int], bool] = lambda _level, _total: True
) -> Found:
    """Searches at the given pace; `may_go_on(level, best total)` is asked after every chunk and can end the search."""
    rounds, levels = _rounds(problem), [0] * LEVELS
    steps = LEVELS // (rounds.hot + rounds.warm)
    for level, temperature in enumerate(_temperatures(problem, rounds)):
        if level >= rounds.hot * steps and level % steps == 0:
            search.return_to_best()
        for chunk in pace.chunks(level):
            search.run(chunk, temperature)
            levels[level] += chunk
            if not may_go_on(level, search.best_total):
                return Found(search.best, seed, tuple(levels), was_stopped=True)
    return Found(search.best, seed, tuple(levels), was_stopped=False)


def cool_down(search: AnySearch, temperatures: Sequence[int], pace: Pace) -> Iterator[tuple[int, int]]:
    """Any search down these temperatures: after every chunk its level and its iterations."""
    for level, temperature in enumerate(temperatures):
        for chunk in pace.chunks(level):
            search.run(chunk, temperature)
            yield level, chunk


def _rounds(problem: Problem) -> _Rounds:
    return next((rounds for rounds in _ROUNDS if len(problem.services) <= rounds.services), _ROUNDS_OF_ALL)


def _temperatures(problem: Problem, rounds: _Rounds) -> tuple[int, ...]:
    """LEVELS numbers: the hot rounds, then the warm ones."""
    mean, count = fmean(fmean(row) for row in problem.travel), rounds.hot + rounds.warm
    coldest, hot_levels = max(1, int(mean * _COLDEST) // 1000), LEVELS // count * rounds.hot
    hot, warm = (temperatures(max(2, int(mean * heat) // 1000), coldest, count) for heat in (rounds.hottest, rounds.warmest))
    return hot[:hot_levels] + warm[hot_levels:]
