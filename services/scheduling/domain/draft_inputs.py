"""What the rota engine gets of a week: numbers stand for visits, persons and workers, and only what decides is in it.

A worker may be proposed only for what they could take today, by every rule of taking a visit, as if nobody of the draft moved. So each part
of a draft holds without the others; what it may miss is a plan in which somebody gives one visit up to be free for another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.refusals import Refusal
from services.scheduling.domain.draft_choice import WorkerDraftChoice, is_free
from services.scheduling.domain.local_clock import midnight_minute
from services.scheduling.domain.taking import WorkerFacts, reasons_against
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.ways import Ways
from services.scheduling.domain.week_problem import WeekProblem, WeekVisit, WeekWorker

NOT_IN_DRAFTS = "NOT_IN_DRAFTS"
NOT_FREE_THEN = "NOT_FREE_THEN"
NOT_IN_TEAM = "NOT_IN_TEAM"
WORKER_ABSENT = "WORKER_ABSENT"


@dataclass(frozen=True)
class WeekFacts:
    """All that a draft of a week is made of. `coming` has who comes to each visit, `choices` those workers who may be in drafts."""

    monday: date
    now: datetime
    visits: Sequence[Visit]
    coming: Mapping[UUID, Sequence[UUID]]
    choices: Mapping[UUID, WorkerDraftChoice]
    facts: Mapping[UUID, Mapping[UUID, WorkerFacts]]
    """By visit and worker of its team."""
    persons_may_change: frozenset[UUID]
    """Who agreed that a draft may propose another worker where one comes already."""
    known: Mapping[UUID, Mapping[UUID, int]]
    """By person and worker, how often the worker came in the weeks before."""
    minutes_elsewhere: Mapping[UUID, int]
    """What a worker has taken in that week besides these visits."""
    districts: Mapping[UUID, str] = field(default_factory=dict)
    """Of those persons who said where they live."""
    ways: Ways = field(default_factory=Ways)
    absent: UUID | None = None
    """Who is not to come from now on."""

    @property
    def visits_without_way(self) -> int:
        return sum(not self.ways.knows(self.districts.get(visit.person, "")) for visit in self.visits)

    @property
    def workers_without_way(self) -> int:
        return sum(choice.goes is None or not self.ways.knows(choice.district) for choice in self.choices.values())


@dataclass(frozen=True)
class Numbers:
    """Which number stands for whom, from 1."""

    visits: Mapping[UUID, int]
    workers: Mapping[UUID, int]


def number(week: WeekFacts) -> Numbers:
    """Visits as they start, workers by their ids: the workers of drafts, and those who come to a visit of it."""
    workers = {*week.choices, *(worker for workers in week.coming.values() for worker in workers)}
    in_order = sorted(week.visits, key=lambda visit: (visit.starts, visit.id))
    return Numbers(
        {visit.id: index for index, visit in enumerate(in_order, 1)}, {worker: index for index, worker in enumerate(sorted(workers), 1)}
    )


def visit_key(number: int) -> str:
    return f"visit-{number}"


def worker_key(number: int) -> str:
    return f"worker-{number}"


def pose(zone: ZoneInfo, week: WeekFacts, numbers: Numbers) -> WeekProblem:
    """The problem of the week for the engine."""
    persons = {person: f"person-{index}" for index, person in enumerate(sorted({visit.person for visit in week.visits}), 1)}
    by_number = sorted(week.visits, key=lambda visit: numbers.visits[visit.id])
    homes, of_home = _homes(week, persons, numbers)
    goes = sorted({choice.goes for choice in week.choices.values() if choice.goes is not None})
    return WeekProblem(
        week.monday.isoformat(),
        [_visit(zone, week, numbers, visit, persons[visit.person], homes) for visit in by_number],
        [_worker(zone, week, numbers, worker, persons, homes) for worker in sorted(numbers.workers)],
        {},
        {way.value: week.ways.table(way, of_home) for way in goes} if of_home else {},
    )


def _homes(week: WeekFacts, persons: Iterable[UUID], numbers: Numbers) -> tuple[Mapping[UUID, str], Mapping[str, str]]:
    """The place that stands for the home of each whose district is known, and the district of each place. One home each: the record
    must not say who lives in one district.
    """
    said = {person: week.districts.get(person, "") for person in sorted(persons)}
    said |= {worker: week.choices[worker].district for worker in sorted(numbers.workers) if worker in week.choices}
    known = [(person, district) for person, district in said.items() if week.ways.knows(district)]
    homes = {person: f"place-{index}" for index, (person, _) in enumerate(known, 1)}
    return homes, {homes[person]: district for person, district in known}


def reason_against(zone: ZoneInfo, week: WeekFacts, visit: Visit, worker: UUID) -> str:
    """Why a worker cannot be proposed for a visit, whatever the rest of the week; empty for who can, and for who comes to it."""
    choice, facts = week.choices.get(worker), week.facts[visit.id].get(worker)
    if worker == week.absent:
        return WORKER_ABSENT
    if worker in week.coming.get(visit.id, ()):
        return ""
    if facts is None or not facts.kind:
        return NOT_IN_TEAM
    if choice is None:
        return NOT_IN_DRAFTS
    # Whether a place is free is the engine's to see to.
    against: Sequence[Refusal] = reasons_against(zone, visit, 0, facts, week.now)
    if against:
        return against[0].reason
    return "" if is_free(zone, choice, visit.starts, visit.ends) else NOT_FREE_THEN


def _visit(zone: ZoneInfo, week: WeekFacts, numbers: Numbers, visit: Visit, person: str, homes: Mapping[UUID, str]) -> WeekVisit:
    begin = midnight_minute(zone, week.monday)
    coming = week.coming.get(visit.id, ())
    return WeekVisit(
        id=visit_key(numbers.visits[visit.id]),
        person=person,
        start=_minute(visit.starts) - begin,
        end=_minute(visit.ends) - begin,
        workers=visit.workers,
        place=homes.get(visit.person, ""),
        kept=frozenset(worker_key(numbers.workers[worker]) for worker in coming if not _may_change(week, visit, worker)),
        published=frozenset(worker_key(numbers.workers[worker]) for worker in coming),
    )


def _may_change(week: WeekFacts, visit: Visit, worker: UUID) -> bool:
    """Only where the person and the worker have both said so, and who is absent."""
    if worker == week.absent:
        return True
    return visit.person in week.persons_may_change and worker in week.choices and week.choices[worker].may_change


def _worker(
    zone: ZoneInfo, week: WeekFacts, numbers: Numbers, worker: UUID, persons: Mapping[UUID, str], homes: Mapping[UUID, str]
) -> WeekWorker:
    reasons = {visit.id: reason_against(zone, week, visit, worker) for visit in week.visits}
    choice = week.choices.get(worker)
    wished = choice.wished_minutes if choice else None
    return WeekWorker(
        id=worker_key(numbers.workers[worker]),
        place=homes.get(worker, ""),
        cannot={visit_key(numbers.visits[visit]): reason for visit, reason in reasons.items() if reason},
        known={persons[person]: counts[worker] for person, counts in week.known.items() if worker in counts},
        wished_minutes=None if wished is None else max(0, wished - week.minutes_elsewhere.get(worker, 0)),
        daily_rest=max((of_visit[worker].daily_rest for of_visit in week.facts.values() if worker in of_visit), default=0),
        goes=choice.goes.value if choice and choice.goes and homes else "",
    )


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
