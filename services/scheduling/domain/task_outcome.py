"""What became of each task of a visit, as the worker says it with the record.

| task       | outcome   | reason                  | time     |
|------------|-----------|-------------------------|----------|
| medicines  | taken     | may be given            | asked    |
| medicines  | refused   | the person's, if given  | may be   |
| medicines  | not given | asked                   | may be   |
| all others | done      | may be given            | none     |
| all others | not done  | asked                   | none     |

- Each task of the list that the worker saw has an outcome: nothing is taken for done.
- Not to take a medicine is the person's right: nobody has to say why.
- Kith writes down what was given and taken. It decides on no dose, and knows of no medicine but by the person's own words.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import TaskOutcomeKind, VisitTaskKind
from libs.refusals import Invalid, invalid
from libs.texts.words import check_words
from services.scheduling.domain.record_times import LocalMoment, WorkedTime, moment_of
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_task import MAX_WORDS, VisitTask

OF_MEDICINE = frozenset({TaskOutcomeKind.TAKEN, TaskOutcomeKind.REFUSED, TaskOutcomeKind.NOT_GIVEN})
_WITH_REASON = frozenset({TaskOutcomeKind.NOT_DONE, TaskOutcomeKind.NOT_GIVEN})


@dataclass(frozen=True)
class SaidOutcome:
    """What a worker says of a task; `at` by the local clock."""

    task: UUID
    outcome: TaskOutcomeKind
    reason: str = ""
    at: LocalMoment | None = None


@dataclass(frozen=True)
class TaskOutcome:
    """What stands in the record: with the kind and words that the task had. `at` in UTC, to the minute."""

    entry: UUID
    number: int
    person: UUID
    worker: UUID
    task: UUID
    kind: VisitTaskKind
    words: str
    outcome: TaskOutcomeKind
    reason: str
    at: datetime | None


@dataclass(frozen=True)
class CheckedOutcome:
    """An outcome with its task, before it has an entry."""

    task: VisitTask
    outcome: TaskOutcomeKind
    reason: str
    at: datetime | None

    def of_entry(self, entry: UUID, worker: UUID) -> TaskOutcome:
        task = self.task
        return TaskOutcome(entry, task.number, task.person, worker, task.id, task.kind, task.words, self.outcome, self.reason, self.at)


def check_outcomes(
    zone: ZoneInfo,
    visit: Visit,
    tasks: Sequence[VisitTask],
    said: Sequence[SaidOutcome],
    worked: WorkedTime,
    said_before: Collection[datetime] = (),
) -> list[CheckedOutcome]:
    """In the order of the list. `said_before` are moments of the record that a local time which comes twice may mean.

    Raises Invalid TASK_UNKNOWN; or with all problems of all tasks: for the fields `tasks.N`, N from 1, TASK_OUTCOME_MISSING or
    TASK_OUTCOME_WRONG, for `tasks.N.reason` TASK_REASON_MISSING or WORDS_TOO_LONG, and for `tasks.N.at` MEDICINE_TIME_MISSING,
    MEDICINE_TIME_OUTSIDE and what `moment_of` raises.
    """
    by_task: Mapping[UUID, SaidOutcome] = {one.task: one for one in said}
    if len(by_task) < len(said) or by_task.keys() - {task.id for task in tasks}:
        raise invalid("tasks", "TASK_UNKNOWN")
    checked: list[CheckedOutcome] = []
    problems: list[Invalid] = []
    for task in tasks:
        try:
            checked.append(_check(zone, visit, task, by_task.get(task.id), worked, said_before))
        except Invalid as problem:
            problems.append(problem)
    if problems:
        fields = [field for problem in problems for field in problem.problems]
        raise Invalid(problems[0].reason, *fields, **{name: text for problem in problems for name, text in problem.details.items()})
    return checked


def _check(
    zone: ZoneInfo, visit: Visit, task: VisitTask, said: SaidOutcome | None, worked: WorkedTime, said_before: Collection[datetime]
) -> CheckedOutcome:
    field = f"tasks.{task.number}"
    if said is None:
        raise invalid(field, "TASK_OUTCOME_MISSING")
    is_medicine = task.kind is VisitTaskKind.MEDICINES
    if (said.outcome in OF_MEDICINE) is not is_medicine:
        raise invalid(field, "TASK_OUTCOME_WRONG")
    reason = check_words(f"{field}.reason", said.reason, MAX_WORDS)
    if said.outcome in _WITH_REASON and not reason:
        raise invalid(f"{field}.reason", "TASK_REASON_MISSING")
    at = _given_at(zone, visit, f"{field}.at", said, worked, said_before) if is_medicine else None
    return CheckedOutcome(task, said.outcome, reason, at)


def _given_at(
    zone: ZoneInfo, visit: Visit, field: str, said: SaidOutcome, worked: WorkedTime, said_before: Collection[datetime]
) -> datetime | None:
    if said.at is None:
        if said.outcome is TaskOutcomeKind.TAKEN:
            raise invalid(field, "MEDICINE_TIME_MISSING")
        return None
    at = moment_of(zone, visit, field, said.at, said_before, after=worked.starts)
    if not worked.starts <= at <= worked.ends:
        raise invalid(field, "MEDICINE_TIME_OUTSIDE")
    return at
