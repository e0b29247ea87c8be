"""Projection of identity's merges: entries that are no longer used. Only reactions write it; its DDL is the service's own."""

from uuid import UUID

from sqlalchemy import MetaData, Table, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import key, required
from libs.database.engine import UnitOfWork

merged_person = Table("merged_person", MetaData(), key("person", Uuid), required("kept", Uuid))

_ADD = insert(merged_person).on_conflict_do_nothing()
_FOLLOW = update(merged_person).where(merged_person.c.kept == bindparam("of")).values(kept=bindparam("to"))
_KEPT = select(merged_person.c.kept).where(merged_person.c.person == bindparam("person"))


# In SQL: SQLAlchemy has no word for a lock that is no row's.
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(cast(:person as text), 54))")


async def lock(work: UnitOfWork, *persons: UUID) -> None:
    """Until the end of the transaction, so that a merge of one of them sees what is written here, or is seen here."""
    for person in sorted(persons):
        await work.connection.execute(_LOCK, {"person": str(person)})


async def add(work: UnitOfWork, person: UUID, kept: UUID) -> None:
    """What was merged into `person` before is merged into `kept` from now on: `kept` is always an entry in use."""
    await work.connection.execute(_FOLLOW, {"of": person, "to": kept})
    await work.connection.execute(_ADD, {"person": person, "kept": kept})


async def find_kept(work: UnitOfWork, person: UUID) -> UUID | None:
    """The entry into which this one was merged; None for an entry in use."""
    kept: UUID | None = (await work.connection.execute(_KEPT, {"person": person})).scalar()
    return kept
