"""Rows of agreements on space and time. The words are the organisation's and the co-op's, and about nobody."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.partner import Agreement, SpaceTerms
from services.matching.storage.partner_tables import partner_agreement

_FIND = select(partner_agreement).where(partner_agreement.c.id == bindparam("of")).with_for_update()
_OF_PARTNER = (
    select(partner_agreement)
    .where(partner_agreement.c.partner == bindparam("of"))
    .order_by(partner_agreement.c.proposed_at.desc(), partner_agreement.c.id)
)
_ADD = insert(partner_agreement)
_SAVE = update(partner_agreement).where(partner_agreement.c.id == bindparam("saved"))

_to_agreement, _to_terms = row_mapper(Agreement), row_mapper(SpaceTerms)


async def get(work: UnitOfWork, of: UUID) -> Agreement:
    """Locked. Raises NotFound AGREEMENT_UNKNOWN, also for one of a partner that the caller does not speak for."""
    row = (await work.connection.execute(_FIND, {"of": of})).first()
    if row is None:
        raise NotFound("AGREEMENT_UNKNOWN")
    return _read(row)


async def list_of(work: UnitOfWork, partner: UUID) -> list[Agreement]:
    """The newest first."""
    return list(map(_read, await work.connection.execute(_OF_PARTNER, {"of": partner})))


async def add(work: UnitOfWork, new: Agreement) -> None:
    await work.connection.execute(_ADD, values_of(new, "terms") | values_of(new.terms))


async def save(work: UnitOfWork, changed: Agreement) -> None:
    """What changes is whether it is signed, or has ended."""
    values = {"signed_at": changed.signed_at, "ended_at": changed.ended_at}
    await work.connection.execute(_SAVE, values | {"saved": changed.id})


def _read(row: Row[Any]) -> Agreement:
    return _to_agreement(row, terms=_to_terms(row))
