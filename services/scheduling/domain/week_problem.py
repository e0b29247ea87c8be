"""A co-op's week as the rota engine sees it: which visits there are, who may come to them, and what a plan of it is.

Times are whole minutes from the week's Monday at midnight, counted as they pass: a night over a clock change is an hour longer or shorter.
What a single visit forbids a worker (credentials, absence, another team, a no) is in `WeekWorker.cannot`, decided by the rules of taking a
visit; what depends on the rest of the plan (two places at once, the way between, rest between days) is the engine's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class WeekVisit:
    """One visit at the time its person agreed to; the engine never moves it."""

    id: str
    person: str
    start: int
    end: int
    workers: int
    """How many come together, from the start to the end."""
    place: str
    """A key of the travel table; empty where the place is not known, which is then no way from anywhere."""
    kept: frozenset[str] = frozenset()
    """Workers who stay, whatever it costs: they have begun, or nobody may move them."""
    published: frozenset[str] = frozenset()
    """Who comes by the week as it is published; another choice is a change that somebody must hear of."""


@dataclass(frozen=True)
class WeekWorker:
    id: str
    place: str
    """Where their day begins and ends; empty as above."""
    cannot: Mapping[str, str] = field(default_factory=dict)
    """Visit to the reason that forbids it, whatever the rest of the plan."""
    known: Mapping[str, int] = field(default_factory=dict)
    """Person to how many visits of theirs the worker came to in the last twelve weeks."""
    preferred: frozenset[str] = frozenset()
    """Persons who want this worker where it can be."""
    wished_minutes: int | None = None
    most_minutes: int | None = None
    daily_rest: int = 0
    """Least minutes between the last visit of one day and the first of the next; 0 for who is not bound by it."""


@dataclass(frozen=True)
class WeekProblem:
    monday: str
    """ISO day."""
    visits: Sequence[WeekVisit]
    workers: Sequence[WeekWorker]
    travel: Mapping[tuple[str, str], int]
    """Minutes from place to place; a pair that is missing takes none."""


@dataclass(frozen=True)
class WeekPlan:
    """Who comes to each visit, and how many places have nobody. `points` names each part of the cost; one point is a minute of travel."""

    comes: Mapping[str, frozenset[str]]
    points: Mapping[str, int]
    iterations: int


@dataclass(frozen=True)
class WorkerAnswer:
    """Why a worker comes, could come or cannot: one hard reason, or what it costs against nobody else changing, in named parts."""

    worker: str
    reason: str = ""
    points: Mapping[str, int] = field(default_factory=dict)
