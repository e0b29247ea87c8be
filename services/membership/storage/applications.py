"""Applications: who asked to join, in which class and why."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work

_ADD = text("""
insert into application (id, person, member_class, why, applied_at) values (:id, :person, :member_class, :why, :now)
on conflict (person) where admitted_at is null do nothing""")
_OPEN = text("select id, person from application where id = any(:ids) and admitted_at is null for update")
_ADMITTED = text("update application set admitted_at = :now where id = any(:ids) or (person = any(:persons) and admitted_at is null)")
_AFTER = text("""
select id, person, member_class, why, applied_at from application
where admitted_at is null and id > :after order by id limit :limit""")


@dataclass(frozen=True)
class Application:
    """One that waits."""

    id: UUID
    person: UUID
    member_class: str
    why: str
    applied_at: datetime


async def add(work: Work, application: UUID, person: UUID, member_class: str, why: str) -> bool:
    """False when one of theirs waits already."""
    values = {"id": application, "person": person, "member_class": member_class, "why": why, "now": work.now}
    return (await work.connection.execute(_ADD, values)).rowcount > 0


async def waiting(work: Work, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Which of these wait, and whose they are; held until the work ends."""
    found = await work.connection.execute(_OPEN, {"ids": list(ids)})
    return {row.id: row.person for row in found}


async def admitted(work: Work, ids: Collection[UUID], persons: Collection[UUID]) -> None:
    """These are decided, and so is whatever else these people have waiting."""
    await work.connection.execute(_ADMITTED, {"ids": list(ids), "persons": list(persons), "now": work.now})


async def after(work: Work, application: UUID, limit: int) -> list[Application]:
    """In the order they came in, from behind this one."""
    found = await work.connection.execute(_AFTER, {"after": application, "limit": limit})
    return [Application(row.id, row.person, row.member_class, row.why, row.applied_at) for row in found]
