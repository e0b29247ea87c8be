"""Who is a member, and who was and is no more: a projection of membership's events."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from libs.access.access_tables import co_op_member, former_member
from libs.access.hats import worn_hat
from libs.database.columns import among
from libs.database.engine import UnitOfWork

_ADD = insert(co_op_member).on_conflict_do_nothing()
_REMOVE = delete(co_op_member).where(co_op_member.c.person == bindparam("of"))
_IS_MEMBER = select(co_op_member.c.person).where(among(co_op_member.c.person, "persons"))
_INSERT_FORMER = insert(former_member)
_ADD_FORMER = _INSERT_FORMER.on_conflict_do_update(
    index_elements=[former_member.c.person], set_={"left_on": _INSERT_FORMER.excluded.left_on}
)
_REMOVE_FORMER = delete(former_member).where(former_member.c.person == bindparam("of"))
_IS_FORMER = select(former_member.c.person).where(former_member.c.person == bindparam("of"))
_BELONGS = select(
    or_(
        select(1).where(co_op_member.c.person == bindparam("person")).exists(),
        select(1).where(worn_hat.c.person == bindparam("person")).exists(),
    )
)


async def admit(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_REMOVE_FORMER, {"of": person})
    await work.connection.execute(_ADD, {"person": person})


async def remove(work: UnitOfWork, person: UUID, last_day: date) -> None:
    await work.connection.execute(_REMOVE, {"of": person})
    await work.connection.execute(_ADD_FORMER, {"person": person, "left_on": last_day})


async def forget(work: UnitOfWork, person: UUID) -> None:
    """They are no member by this entry any more, and have not left either: the person goes on with another one."""
    await work.connection.execute(_REMOVE, {"of": person})


async def has_left(work: UnitOfWork, person: UUID) -> bool:
    """Whether they were a member and are no more."""
    return (await work.connection.execute(_IS_FORMER, {"of": person})).first() is not None


async def belongs(work: UnitOfWork, person: UUID) -> bool:
    """Whether the person is a member now, or holds an office."""
    return bool((await work.connection.execute(_BELONGS, {"person": person})).scalar_one())


async def any_member(work: UnitOfWork, persons: Sequence[UUID]) -> bool:
    """Whether one of these entries is a member now."""
    return (await work.connection.execute(_IS_MEMBER, {"persons": list(persons)})).first() is not None
