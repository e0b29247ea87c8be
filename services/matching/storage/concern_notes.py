"""Rows of what was written about a concern. Row-level security shows each to whom it is for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.matching.storage.tables import concern_note

_ADD = insert(concern_note)
_OF = select(concern_note).where(concern_note.c.concern == bindparam("of")).order_by(concern_note.c.id)
_REMOVE = delete(concern_note).where(concern_note.c.concern == bindparam("of"))


@dataclass(frozen=True)
class ConcernNote:
    """For the two and who is beside them; where there is a `for_person`, for them alone."""

    id: UUID
    concern: UUID
    author: UUID
    for_person: UUID | None
    words: str
    written_at: datetime


_to_note = row_mapper(ConcernNote)


async def add(work: UnitOfWork, note: ConcernNote) -> None:
    await work.connection.execute(_ADD, values_of(note))


async def list_of(work: UnitOfWork, of: UUID) -> list[ConcernNote]:
    """Those that the caller may read, the oldest first."""
    return list(map(_to_note, await work.connection.execute(_OF, {"of": of})))


async def remove_all(work: UnitOfWork, of: UUID) -> None:
    await work.connection.execute(_REMOVE, {"of": of})
