"""Somebody speaks for a partner no more, by their own wish or a secretary's."""

from uuid import UUID

from kith.matching.v1.enums import PartnerEntryKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.commands.partner_side import record
from services.matching.storage import partners


async def end_partner_place(work: UnitOfWork, partner_id: UUID, person: UUID) -> None:
    """Raises NotAllowed HAT_NEEDED or PERSON_NEEDED, NotFound PARTNER_UNKNOWN."""
    if await hats.require_person(work) != person:
        await hats.require(work, hats.SECRETARY)
    if not await partners.end_place(work, partner_id, person):
        raise NotFound("PARTNER_UNKNOWN")
    await record(work, partner_id, PartnerEntryKind.PLACE_ENDED, about=person)
