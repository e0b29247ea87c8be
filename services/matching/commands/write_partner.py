"""A secretary writes down an organisation that the co-op works with, or corrects what it is called."""

from dataclasses import replace
from uuid import UUID

from kith.matching.v1.enums import PartnerEntryKind, PartnerKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.matching.commands.partner_side import record
from services.matching.domain.partner import Partner, check_title, require_partner_goes_on
from services.matching.storage import partners


async def write_partner(work: UnitOfWork, partner_id: UUID | None, typed: str, kind: PartnerKind) -> UUID:
    """Returns its id.

    Raises NotAllowed HAT_NEEDED or PERSON_NEEDED, NotFound PARTNER_UNKNOWN, FailedPrecondition PARTNER_ENDED, Invalid for the title.
    """
    await hats.require_person(work, hats.SECRETARY)
    title = check_title(typed)
    if partner_id is None:
        new = Partner(work.new_id(), title, kind)
        await partners.add(work, new)
        await record(work, new.id, PartnerEntryKind.WRITTEN)
        return new.id
    partner = await partners.get(work, partner_id, lock=True)
    require_partner_goes_on(partner)
    corrected = replace(partner, title=title, kind=kind)
    if corrected != partner:
        await partners.save(work, corrected)
        await record(work, partner.id, PartnerEntryKind.CORRECTED)
    return partner.id
