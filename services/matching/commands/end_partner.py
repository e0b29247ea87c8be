"""The co-op works with a partner no more: nothing new begins. Who speaks for it still answers what is open."""

from dataclasses import replace
from uuid import UUID

from kith.matching.v1.enums import PartnerEntryKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.matching.commands.partner_side import record
from services.matching.storage import partners


async def end_partner(work: UnitOfWork, partner_id: UUID) -> None:
    """Ending again changes nothing. Raises NotAllowed HAT_NEEDED or PERSON_NEEDED, NotFound PARTNER_UNKNOWN."""
    await hats.require_person(work, hats.SECRETARY)
    partner = await partners.get(work, partner_id, lock=True)
    if partner.ended_at is None:
        await partners.save(work, replace(partner, ended_at=work.now))
        await record(work, partner.id, PartnerEntryKind.ENDED)
