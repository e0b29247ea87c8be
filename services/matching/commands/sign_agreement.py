"""The other side signs an agreement on space and time: from now on it counts."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import PartnerEntryKind
from libs.database.engine import UnitOfWork
from services.matching.commands.partner_side import record_agreement, require_partner_side
from services.matching.domain.partner import require_partner_goes_on, sign
from services.matching.storage import partner_agreements, partners


async def sign_agreement(work: UnitOfWork, agreement_id: UUID, *, zone: ZoneInfo) -> None:
    """The side that proposed it is told.

    Raises NotFound AGREEMENT_UNKNOWN or PARTNER_UNKNOWN, NotAllowed PERSON_NEEDED or BOTH_SIDES, FailedPrecondition AGREEMENT_OVER,
    OTHER_SIDE_SIGNS or PARTNER_ENDED.
    """
    agreement = await partner_agreements.get(work, agreement_id)
    side, by = await require_partner_side(work, agreement.partner)
    signed = sign(agreement, side, by, work.now.astimezone(zone).date(), work.now)
    if signed == agreement:
        return
    require_partner_goes_on(await partners.get(work, agreement.partner))
    await partner_agreements.save(work, signed)
    await record_agreement(work, signed, PartnerEntryKind.AGREEMENT_SIGNED, side, by)
