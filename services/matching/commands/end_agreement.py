"""Either side ends an agreement on space and time, or does not sign what the other has proposed."""

from uuid import UUID

from kith.matching.v1.enums import PartnerEntryKind
from libs.database.engine import UnitOfWork
from services.matching.commands.partner_side import record_agreement, require_partner_side
from services.matching.domain.partner import end
from services.matching.storage import partner_agreements


async def end_agreement(work: UnitOfWork, agreement_id: UUID) -> None:
    """The other side is told; ending again changes nothing.

    Raises NotFound AGREEMENT_UNKNOWN or PARTNER_UNKNOWN, NotAllowed PERSON_NEEDED.
    """
    agreement = await partner_agreements.get(work, agreement_id)
    side, by = await require_partner_side(work, agreement.partner)
    ended = end(agreement, work.now)
    if ended == agreement:
        return
    await partner_agreements.save(work, ended)
    await record_agreement(work, ended, PartnerEntryKind.AGREEMENT_ENDED, side, by)
