"""Applications for membership: who applied, for which class and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_ADD = text("""
insert into application (id, person, member_class, why, applied_at) values (:id, :person, :member_class, :why, :now)
on conflict (person) where admitted_at is null do nothing""")
_LOCK_PENDING = text("select id, person from application where id = any(:ids) and admitted_at is null for update")
_MARK_ADMITTED = text("update application set admitted_at = :now where id = any(:ids) or (person = any(:persons) and admitted_at is null)")
_LIST_PENDING = text("""
select id, person, member_class, why, applied_at from application
where admitted_at is null and id > :after order by id limit :limit""")


@dataclass(frozen=True)
class Application:
    """A pending application."""

    id: UUID
    person: UUID
    member_class: str
    why: str
    applied_at: datetime


async def add(work: UnitOfWork, application: UUID, person: UUID, member_class: str, why: str) -> bool:
    """Returns False when the person has a pending application already."""
    values = {"id": application, "person": person, "member_class": member_class, "why": why, "now": work.now}
    return (await work.connection.execute(_ADD, values)).rowcount > 0


async def lock_pending(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which of these are pending, and whose they are; locked until the transaction ends."""
    rows = await work.connection.execute(_LOCK_PENDING, {"ids": list(ids)})
    return {row.id: row.person for row in rows}


async def mark_admitted(work: UnitOfWork, ids: Collection[UUID], persons: Collection[UUID]) -> None:
    """Marks these as decided, and with them every other pending application of these people."""
    await work.connection.execute(_MARK_ADMITTED, {"ids": list(ids), "persons": list(persons), "now": work.now})


async def list_pending(work: UnitOfWork, application: UUID, limit: int) -> list[Application]:
    """Pending applications in the order they were made, after the given one."""
    rows = await work.connection.execute(_LIST_PENDING, {"after": application, "limit": limit})
    return [Application(row.id, row.person, row.member_class, row.why, row.applied_at) for row in rows]
