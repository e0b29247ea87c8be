"""Applications for membership: who applied, for which class and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from services.membership.storage.tables import application

_IS_PENDING = application.c.admitted_at.is_(None)
_ADD = insert(application).on_conflict_do_nothing(index_elements=[application.c.person], index_where=_IS_PENDING)
_LOCK_PENDING = select(application.c.id, application.c.person).where(among(application.c.id, "ids"), _IS_PENDING).with_for_update()
_MARK_ADMITTED = (
    update(application)
    .where(or_(among(application.c.id, "ids"), and_(among(application.c.person, "persons"), _IS_PENDING)))
    .values(admitted_at=bindparam("now"))
)
_OTHERS = application.alias("others")
_MOVE = (
    update(application)
    .where(application.c.person == bindparam("of"), _IS_PENDING)
    .where(~select(_OTHERS.c.id).where(_OTHERS.c.person == bindparam("to"), _OTHERS.c.admitted_at.is_(None)).exists())
    .values(person=bindparam("to"))
)
_PENDING = select(application).where(_IS_PENDING)


@dataclass(frozen=True)
class Application:
    """A pending application."""

    id: UUID
    person: UUID
    member_class: str
    why: str
    applied_at: datetime


_to_application = row_mapper(Application)


async def add(work: UnitOfWork, new: Application) -> bool:
    """Returns False when the person has a pending application already."""
    return (await work.connection.execute(_ADD, values_of(new))).rowcount > 0


async def lock_pending(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which of these are pending, and whose they are; locked until the transaction ends."""
    return {row.id: row.person for row in await work.connection.execute(_LOCK_PENDING, {"ids": list(ids)})}


async def mark_admitted(work: UnitOfWork, ids: Collection[UUID], persons: Collection[UUID]) -> None:
    """Marks these as decided, and with them every other pending application of these people."""
    await work.connection.execute(_MARK_ADMITTED, {"ids": list(ids), "persons": list(persons), "now": work.now})


async def move_pending(work: UnitOfWork, person: UUID, to: UUID) -> None:
    """Makes the person's pending application that of `to`; it is marked as decided where they have one."""
    await work.connection.execute(_MOVE, {"of": person, "to": to})
    await mark_admitted(work, [], [person])


async def list_pending(work: UnitOfWork, page: PageRequest) -> Page[Application]:
    """Pending applications in the order they were made."""
    return (await paginate(work, _PENDING, page, by=(application.c.id,), name="list_applications")).map(_to_application)
