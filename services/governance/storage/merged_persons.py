"""Projection of identity's merges: entries that are no longer used. Only the reaction writes it."""

from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from services.governance.storage.tables import merged_person

_ADD = insert(merged_person).on_conflict_do_nothing()
_FOLLOW = update(merged_person).where(merged_person.c.kept == bindparam("of")).values(kept=bindparam("to"))
_KEPT = select(merged_person.c.kept).where(merged_person.c.person == bindparam("person"))


async def add(work: UnitOfWork, person: UUID, kept: UUID) -> None:
    """What was merged into `person` before is merged into `kept` from now on: `kept` is always an entry in use."""
    await work.connection.execute(_FOLLOW, {"of": person, "to": kept})
    await work.connection.execute(_ADD, {"person": person, "kept": kept})


async def find_kept(work: UnitOfWork, person: UUID) -> UUID | None:
    """The entry into which this one was merged; None for an entry in use."""
    kept: UUID | None = (await work.connection.execute(_KEPT, {"person": person})).scalar()
    return kept
