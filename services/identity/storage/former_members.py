"""Who is no longer a member: a projection of membership's events. Somebody who never was a member is not here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql

from libs.database.engine import UnitOfWork
from services.identity.storage.tables import former_member

_ADD = postgresql.insert(former_member).on_conflict_do_nothing()
_REMOVE = delete(former_member).where(former_member.c.person == bindparam("of"))
_FIND = select(former_member.c.person).where(former_member.c.person == bindparam("of"))


async def add(work: UnitOfWork, person: UUID, since: datetime) -> None:
    await work.connection.execute(_ADD, {"person": person, "since": since})


async def remove(work: UnitOfWork, person: UUID) -> None:
    """They are a member again."""
    await work.connection.execute(_REMOVE, {"of": person})


async def has_left(work: UnitOfWork, person: UUID) -> bool:
    return (await work.connection.execute(_FIND, {"of": person})).first() is not None
