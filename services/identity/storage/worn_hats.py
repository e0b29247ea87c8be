"""Which person wears which hat, as identity's own state; `libs.access.hats` gives, takes and checks hats."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_HATS_OF = text("select hat from worn_hat where person = :person order by hat")
_WEARERS = text("select person from worn_hat where hat = :hat order by person for update")
_LIST_AFTER = text("""
select person, hat, since from worn_hat where (hat, person) > (:hat, :person) order by hat, person limit :limit""")
# The first secretary's hat must be given only once, even when two requests arrive together.
_LOCK = text("select pg_advisory_xact_lock(hashtext('worn_hat'))")


@dataclass(frozen=True)
class WornHat:
    """One hat that one person wears."""

    person: UUID
    hat: str
    since: datetime


async def hats_of(work: UnitOfWork, person: UUID) -> tuple[str, ...]:
    rows = await work.connection.execute(_HATS_OF, {"person": person})
    return tuple(row.hat for row in rows)


async def lock_wearers(work: UnitOfWork, hat: str) -> list[UUID]:
    """Persons who wear the hat. Locked until the transaction ends."""
    await work.connection.execute(_LOCK)
    rows = await work.connection.execute(_WEARERS, {"hat": hat})
    return [row.person for row in rows]


async def list_after(work: UnitOfWork, hat: str, person: UUID, limit: int) -> list[WornHat]:
    """Worn hats in the order of hat and person, after the given ones."""
    rows = await work.connection.execute(_LIST_AFTER, {"hat": hat, "person": person, "limit": limit})
    return [WornHat(row.person, row.hat, row.since) for row in rows]
