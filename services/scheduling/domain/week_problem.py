"""A co-op's week as the rota engine sees it: which visits there are, who may come to them, and what a plan of it is.

Times are whole minutes from the week's Monday at midnight, counted as they pass: a night over a clock change is an hour longer or shorter.
What a single visit forbids a worker (credentials, absence, another team, a no) is in `WeekWorker.cannot`, decided by the rules of taking a
visit; what depends on the rest of the plan (two places at once, the way between, rest between days) is the engine's. The rest after the
week before is known beforehand too.
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
    goes: str = ""
    """Which table of `WeekProblem.travel_by` is theirs; empty for `travel`."""


@dataclass(frozen=True)
class WeekProblem:
    monday: str
    """ISO day."""
    visits: Sequence[WeekVisit]
    workers: Sequence[WeekWorker]
    travel: Mapping[tuple[str, str], int]
    """Minutes from place to place; a pair that is missing takes none."""
    travel_by: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    """The same for those who go another way, such as by bicycle."""


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
    against: str = ""
    """Their visit that stands against it, where the reason depends on the rest of the plan."""

    @property
    def total(self) -> int:
        return sum(self.points.values())


@dataclass(frozen=True)
class SwapAnswer:
    """Another worker who could take my visit while I take theirs, and what the week then costs more, in named parts."""

    worker: str
    visit: str
    points: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.points.values())


@dataclass(frozen=True)
class WeekWeights:
    """What the members agreed to count like a minute of travel, in whole points; each is the part of the same name in a plan's `points`."""

    nobody: int = 10_000
    """A place at a visit to which nobody comes."""
    travel: int = 1
    """A minute of travel."""
    new_face: int = 30
    """A worker who has not yet come to this person; once, however many visits."""
    not_preferred: int = 15
    """A visit by another than those whom the person prefers."""
    short_of_wish: int = 10
    """An hour less than a worker wished for."""
    over_wish: int = 12
    """An hour more than that."""
    fairness: int = 1
    """A tenth of a point for each hour of a worker's week times the same number of hours: an hour more counts more for who has many."""
    change: int = 20
    """A visit of the published week to which somebody comes who was not to come: they must hear of it, and the person."""


USUAL_WEIGHTS = WeekWeights()
