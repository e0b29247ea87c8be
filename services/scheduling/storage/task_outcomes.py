"""Rows of what became of tasks. Row-level security shows them to the person, who acts for them, and the worker of the record."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import insert, select, update

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.task_outcome import CheckedOutcome, TaskOutcome
from services.scheduling.domain.visit_record import RecordEntry
from services.scheduling.storage.task_tables import task_outcome

_OF = select(task_outcome).where(among(task_outcome.c.entry, "entries")).order_by(task_outcome.c.entry, task_outcome.c.number)
_ADD = insert(task_outcome)

_to_outcome = row_mapper(TaskOutcome)


async def add(work: UnitOfWork, entry: RecordEntry, outcomes: Sequence[CheckedOutcome]) -> None:
    """With the entry in which they were said; like it they never change."""
    if outcomes:
        await work.connection.execute(_ADD, [values_of(outcome.of_entry(entry.id, entry.worker)) for outcome in outcomes])


async def list_of(work: UnitOfWork, entries: Sequence[UUID]) -> Mapping[UUID, Sequence[TaskOutcome]]:
    """By entry, in the order of the list of tasks."""
    found: defaultdict[UUID, list[TaskOutcome]] = defaultdict(list)
    for outcome in map(_to_outcome, await work.connection.execute(_OF, {"entries": list(entries)})):
        found[outcome.entry].append(outcome)
    return found


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Follows a merge of two entries of one person."""
    for column in (task_outcome.c.person, task_outcome.c.worker):
        await work.connection.execute(update(task_outcome).where(column == other).values({column.name: kept}))
