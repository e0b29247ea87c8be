"""Which person wears which hat, as identity's own state; `libs.access.hats` gives, takes and checks hats."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, text

from libs.access.hats import worn_hat
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper

_HATS_OF = select(worn_hat.c.hat).where(worn_hat.c.person == bindparam("person")).order_by(worn_hat.c.hat)
_WEARERS = select(worn_hat.c.person).where(worn_hat.c.hat == bindparam("hat")).order_by(worn_hat.c.person).with_for_update()
_LIST = select(worn_hat)
# The first secretary's hat must be given only once, even when two requests arrive together.
_LOCK = text("select pg_advisory_xact_lock(hashtext('worn_hat'))")


@dataclass(frozen=True)
class WornHat:
    """One hat that one person wears."""

    person: UUID
    hat: str
    since: datetime


_to_worn_hat = row_mapper(WornHat)


async def hats_of(work: UnitOfWork, person: UUID) -> tuple[str, ...]:
    return tuple((await work.connection.execute(_HATS_OF, {"person": person})).scalars())


async def lock_wearers(work: UnitOfWork, hat: str) -> list[UUID]:
    """Persons who wear the hat. Locked until the transaction ends."""
    await work.connection.execute(_LOCK)
    return list((await work.connection.execute(_WEARERS, {"hat": hat})).scalars())


async def list_page(work: UnitOfWork, page: PageRequest) -> Page[WornHat]:
    """Worn hats in the order of hat and person."""
    return (await paginate(work, _LIST, page, by=(worn_hat.c.hat, worn_hat.c.person), name="list_hats")).map(_to_worn_hat)
