"""Entries of persons that identity merged into others, as far as the register has followed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from services.membership.storage.tables import merged_person

_RECORD = insert(merged_person).on_conflict_do_nothing()
_FIND = select(merged_person.c.person).where(among(merged_person.c.person, "persons"))


async def record(work: UnitOfWork, event_id: UUID, person: UUID, kept: UUID, merged_at: datetime) -> bool:
    """True the first time this merge arrives. It is our own state: a rebuild receives the event again and must not act on it again."""
    row = {"person": person, "kept": kept, "fact": event_id, "merged_at": merged_at}
    return (await work.connection.execute(_RECORD, row)).rowcount > 0


async def find_merged(work: UnitOfWork, persons: Collection[UUID]) -> set[UUID]:
    """Which of these entries were merged into another."""
    return set((await work.connection.execute(_FIND, {"persons": list(persons)})).scalars())
