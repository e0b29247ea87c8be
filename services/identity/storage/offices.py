"""Who wears which hat, as identity's own state; `libs.access.hats` gives, takes and asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work

_OF = text("select hat from worn_hat where person = :person order by hat")
_WEARERS = text("select person from worn_hat where hat = :hat order by person for update")
_AFTER = text("""
select person, hat, since from worn_hat where (hat, person) > (:hat, :person) order by hat, person limit :limit""")
# Giving the first secretary's hat is done once, whoever comes twice.
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtext('worn_hat'))")


@dataclass(frozen=True)
class WornHat:
    """One person's office."""

    person: UUID
    hat: str
    since: datetime


async def of(work: Work, person: UUID) -> tuple[str, ...]:
    found = await work.connection.execute(_OF, {"person": person})
    return tuple(row.hat for row in found)


async def wearers(work: Work, hat: str) -> list[UUID]:
    """Held until the work ends."""
    await work.connection.execute(_ONE_AT_A_TIME)
    found = await work.connection.execute(_WEARERS, {"hat": hat})
    return [row.person for row in found]


async def after(work: Work, hat: str, person: UUID, limit: int) -> list[WornHat]:
    """By hat and person, from behind this one."""
    found = await work.connection.execute(_AFTER, {"hat": hat, "person": person, "limit": limit})
    return [WornHat(row.person, row.hat, row.since) for row in found]
