"""What the rota engine gets of a week: numbers stand for visits, persons and workers, and only what decides is in it.

A worker may be proposed only for what they could take today, by every rule of taking a visit, as if nobody of the draft moved. So each part
of a draft holds without the others; what it may miss is a plan in which somebody gives one visit up to be free for another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.refusals import Refusal
from services.scheduling.domain.draft_choice import WorkerDraftChoice, is_free
from services.scheduling.domain.local_clock import midnight_minute
from services.scheduling.domain.taking import WorkerFacts, reasons_against
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.week_problem import WeekProblem, WeekVisit, WeekWorker

NOT_IN_DRAFTS = "NOT_IN_DRAFTS"
NOT_FREE_THEN = "NOT_FREE_THEN"
NOT_IN_TEAM = "NOT_IN_TEAM"


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
    return WeekProblem(
        week.monday.isoformat(),
        [_visit(zone, week, numbers, visit, persons[visit.person]) for visit in by_number],
        [_worker(zone, week, numbers, worker, persons) for worker in sorted(numbers.workers)],
        {},
    )


def reason_against(zone: ZoneInfo, week: WeekFacts, visit: Visit, worker: UUID) -> str:
    """Why a worker cannot be proposed for a visit, whatever the rest of the week; empty for who can, and for who comes to it."""
    choice, facts = week.choices.get(worker), week.facts[visit.id].get(worker)
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


def _visit(zone: ZoneInfo, week: WeekFacts, numbers: Numbers, visit: Visit, person: str) -> WeekVisit:
    begin = midnight_minute(zone, week.monday)
    coming = week.coming.get(visit.id, ())
    return WeekVisit(
        id=visit_key(numbers.visits[visit.id]),
        person=person,
        start=_minute(visit.starts) - begin,
        end=_minute(visit.ends) - begin,
        workers=visit.workers,
        place="",
        kept=frozenset(worker_key(numbers.workers[worker]) for worker in coming if not _may_change(week, visit, worker)),
        published=frozenset(worker_key(numbers.workers[worker]) for worker in coming),
    )


def _may_change(week: WeekFacts, visit: Visit, worker: UUID) -> bool:
    """Only where the person and the worker have both said so."""
    return visit.person in week.persons_may_change and worker in week.choices and week.choices[worker].may_change


def _worker(zone: ZoneInfo, week: WeekFacts, numbers: Numbers, worker: UUID, persons: Mapping[UUID, str]) -> WeekWorker:
    reasons = {visit.id: reason_against(zone, week, visit, worker) for visit in week.visits}
    choice = week.choices.get(worker)
    wished = choice.wished_minutes if choice else None
    return WeekWorker(
        id=worker_key(numbers.workers[worker]),
        place="",
        cannot={visit_key(numbers.visits[visit]): reason for visit, reason in reasons.items() if reason},
        known={persons[person]: counts[worker] for person, counts in week.known.items() if worker in counts},
        wished_minutes=None if wished is None else max(0, wished - week.minutes_elsewhere.get(worker, 0)),
        daily_rest=max((of_visit[worker].daily_rest for of_visit in week.facts.values() if worker in of_visit), default=0),
    )


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60
