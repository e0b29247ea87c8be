"""One search of `kith rota solve`, in this process or in one of its own."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from scripts.cli.rota_pace import ClockPace
from services.scheduling.engine import annealing
from services.scheduling.engine.problem import Problem


@dataclass(frozen=True)
class Effort:
    """How long to search: exactly one of the three."""

    seconds: float | None = None
    iterations: int | None = None
    levels: tuple[int, ...] | None = None
    is_plain: bool = False

    def pace(self) -> annealing.Pace:
        if self.seconds is not None:
            return ClockPace(self.seconds)
        if self.levels is not None:
            return annealing.FixedPace(self.levels, chunk=1_000 if self.is_plain else 20_000)
        return annealing.FixedPace.of(self.iterations or 0)


@dataclass(frozen=True)
class JobResult:
    """What a search found, and the seconds it took to be ready and to search."""

    found: annealing.Found
    warm_up_seconds: float
    search_seconds: float


def run_job(problem: Problem, seed: int, effort: Effort, report: Callable[[int, int], None] | None = None) -> JobResult:
    """Searches until the effort is spent. After Ctrl-C, also one while the engine gets ready, the best plan so far is the result.

    `report(level, best total)` is called a few times a second.
    """
    was_interrupted = False

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        nonlocal was_interrupted
        was_interrupted = True

    def may_go_on(level: int, total: int) -> bool:
        if report is not None:
            report(level, total)
        return not was_interrupted

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        started = time.perf_counter()
        search = annealing.prepare(problem, seed, annealing.plain if effort.is_plain else annealing.compiled)
        warm = time.perf_counter()
        found = annealing.anneal(problem, seed, search, effort.pace(), may_go_on)
        return JobResult(found, warm - started, time.perf_counter() - warm)
    finally:
        signal.signal(signal.SIGINT, before)
