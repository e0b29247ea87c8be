"""A search from the first plan down all temperatures, at a pace that the caller sets; both kernels behind one interface."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Protocol

from services.scheduling.engine.cooling import LEVELS, allowances, split, temperatures
from services.scheduling.engine.first_plan import first_plan
from services.scheduling.engine.problem import Plan, Problem

ENGINE_VERSION = 1
"""Part of a plan's record: the same inputs, seed, iterations and version give the same plan."""
_COLDEST = 23
_HOTTEST = ((40, 10_000, 8), (85, 1_500, 2), (200, 2_000, 1))
"""Up to so many services: the hottest temperature, and how often the search begins again from there. On a small day one visit moves all
others and basins are deep; on a large one a single slow round does better (ADR 50).

Temperatures are thousandths of the mean travel: a plan dearer by that much is taken in one case of e."""
_HOTTEST_OF_ALL = (700, 1)


def largest_number(services: int) -> int:
    """The largest number that a problem of so many services may have: the kernel's 64 bits then hold every cost and every allowance."""
    # A start follows at most one travel, duration and gap for each service, and one window; it may be late for each service.
    largest_for_costs = 2**62 // (4 * (services + 2) ** 2)
    hottest = max(_HOTTEST_OF_ALL[0], *(hottest for _, hottest, _ in _HOTTEST))
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
    levels = [0] * LEVELS
    for level, chunk in cool_down(search, _temperatures(problem), pace):
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


def _temperatures(problem: Problem) -> tuple[int, ...]:
    mean, size = fmean(fmean(row) for row in problem.travel), len(problem.services)
    hottest, rounds = next(((hottest, rounds) for largest, hottest, rounds in _HOTTEST if size <= largest), _HOTTEST_OF_ALL)
    return temperatures(max(2, int(mean * hottest) // 1000), max(1, int(mean * _COLDEST) // 1000), rounds)
