"""Follows a merge of two entries of one person through drafts of weeks."""

from uuid import UUID

from sqlalchemy import delete, exists, or_, select, update

from libs.database.engine import UnitOfWork
from services.scheduling.storage.week_draft_tables import (
    person_draft_choice,
    week_draft,
    week_draft_place,
    week_draft_reason,
    week_draft_visit,
    week_draft_worker,
    worker_draft_choice,
)

_NAMING = (week_draft_visit.c.person, week_draft_place.c.worker, week_draft_worker.c.worker, week_draft_reason.c.worker)


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """The kept entry's own choice stays. Drafts that named the other entry go: they took one person for two."""
    for column in (worker_draft_choice.c.worker, person_draft_choice.c.person):
        own = select(column).where(column == kept)
        await work.connection.execute(delete(column.table).where(column == other, own.exists()))
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
    await work.connection.execute(update(person_draft_choice).where(person_draft_choice.c.set_by == other).values(set_by=kept))
    named = (exists().where(column.table.c.draft == week_draft.c.id, column == other) for column in _NAMING)
    await work.connection.execute(delete(week_draft).where(or_(week_draft.c.planner == other, week_draft.c.absent == other, *named)))
