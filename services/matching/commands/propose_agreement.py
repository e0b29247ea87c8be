"""One side proposes what room or place the one gives the other, and when, and signs it with that."""

from uuid import UUID

from kith.matching.v1.enums import PartnerEntryKind
from libs.database.engine import UnitOfWork
from services.matching.commands.partner_side import record_agreement, require_partner_side
from services.matching.domain.partner import Agreement, TypedTerms, check_terms, require_partner_goes_on
from services.matching.storage import partner_agreements, partners


async def propose_agreement(work: UnitOfWork, partner_id: UUID, typed: TypedTerms) -> UUID:
    """Returns its id; the other side is told.

    Raises NotAllowed PERSON_NEEDED, NotFound PARTNER_UNKNOWN, FailedPrecondition PARTNER_ENDED, Invalid for a field.
    """
    side, by = await require_partner_side(work, partner_id)
    require_partner_goes_on(await partners.get(work, partner_id))
    new = Agreement(work.new_id(), partner_id, check_terms(typed), side, by, work.now)
    await partner_agreements.add(work, new)
    await record_agreement(work, new, PartnerEntryKind.AGREEMENT_PROPOSED, side, by)
    return new.id
