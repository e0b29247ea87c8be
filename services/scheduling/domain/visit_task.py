"""What is to be done at a visit, in the person's own words, and who may do it.

| kind of task                                            | who may come to the visit                                       |
|---------------------------------------------------------|-----------------------------------------------------------------|
| personal care, medicines, moving and handling           | to whom the person has given that task, as matching says        |
| food and drink, household, company, out and about       | every worker and volunteer of the team                          |

- Matching gives a guarded task to nobody whose credentials do not count, and to no volunteer who is not vetted (`domain/task.py` there).
  Here it counts on the day of the visit, for each of those who come.
- A list is written as a whole by the person, or by who acts for them, and never changed: another one takes its place. So what is written
  of a task a week later still has the words that the worker read.
- A visit has the list of its own, if there is one; else the one that its series had when the visit started.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kith.scheduling.v1.enums import VisitTaskKind
from libs.refusals import Conflict, invalid
from libs.texts.words import check_words

GUARDED = frozenset({VisitTaskKind.PERSONAL_CARE, VisitTaskKind.MEDICINES, VisitTaskKind.MOVING_AND_HANDLING})
"""The kinds that matching knows by the same names."""
MOST_TASKS = 20
MAX_WORDS = 200


@dataclass(frozen=True)
class NewTask:
    """A thing to be done as somebody writes it."""

    kind: VisitTaskKind
    words: str


@dataclass(frozen=True)
class VisitTask:
    """One thing to be done; `number` is its place in the list."""

    id: UUID
    list_id: UUID
    person: UUID
    number: int
    kind: VisitTaskKind
    words: str


@dataclass(frozen=True)
class TaskList:
    """What is to be done at one visit or at the visits of a series, as it was said then."""

    id: UUID
    person: UUID
    visit: UUID | None
    series: UUID | None
    set_by: UUID
    set_at: datetime


@dataclass(frozen=True)
class TaskGrant:
    """A guarded kind of task that the person has given to a worker, until that day or without an end."""

    kind: str
    until_day: date | None


def check_tasks(new: Sequence[NewTask]) -> Sequence[NewTask]:
    """Raises Invalid TOO_MANY_TASKS, TASK_WORDS_MISSING or WORDS_TOO_LONG, with the field `tasks`, a dot and the kind."""
    if len(new) > MOST_TASKS:
        raise invalid("tasks", "TOO_MANY_TASKS", at_most=str(MOST_TASKS))
    return [NewTask(task.kind, _words(task)) for task in new]


def _words(task: NewTask) -> str:
    words = check_words(f"tasks.{task.kind.value}", " ".join(task.words.split()), MAX_WORDS)
    if not words:
        raise invalid(f"tasks.{task.kind.value}", "TASK_WORDS_MISSING")
    return words


def require_shown(now: TaskList | None, shown: UUID | None) -> None:
    """`shown` is the list on the page. Raises Conflict VERSION_STALE."""
    if (now.id if now else None) != shown:
        raise Conflict("VERSION_STALE")


def not_given(kinds: Iterable[VisitTaskKind], grants: Iterable[TaskGrant], day: date) -> tuple[str, ...]:
    """The guarded ones among these kinds that somebody may not do on that day, in the order in which kinds are listed everywhere."""
    given = {grant.kind for grant in grants if grant.until_day is None or grant.until_day >= day}
    asked = GUARDED.intersection(kinds)
    return tuple(kind.value for kind in VisitTaskKind if kind in asked and kind.value not in given)


def kinds_of(tasks: Iterable[VisitTask | NewTask]) -> tuple[VisitTaskKind, ...]:
    """Each once, in the order in which kinds are listed everywhere."""
    found = {task.kind for task in tasks}
    return tuple(kind for kind in VisitTaskKind if kind in found)
