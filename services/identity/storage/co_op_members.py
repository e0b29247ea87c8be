"""Who is a member, and who was and is no more: a projection of membership's events."""

from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.access.access_tables import co_op_member
from libs.database.engine import UnitOfWork
from services.identity.storage.tables import former_member

_ADD = insert(co_op_member).on_conflict_do_nothing()
_REMOVE = delete(co_op_member).where(co_op_member.c.person == bindparam("of"))
_ADD_FORMER = insert(former_member).on_conflict_do_nothing()
_REMOVE_FORMER = delete(former_member).where(former_member.c.person == bindparam("of"))
_IS_FORMER = select(former_member.c.person).where(former_member.c.person == bindparam("of"))


async def admit(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_REMOVE_FORMER, {"of": person})
    await work.connection.execute(_ADD, {"person": person})


async def remove(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_REMOVE, {"of": person})
    await work.connection.execute(_ADD_FORMER, {"person": person})


async def has_left(work: UnitOfWork, person: UUID) -> bool:
    """Whether they were a member and are no more."""
    return (await work.connection.execute(_IS_FORMER, {"of": person})).first() is not None
