"""A referral with its timeline, as the caller's side is told of it."""

from dataclasses import dataclass
from uuid import UUID

from kith.matching.v1.enums import ReferralDirection, ReferralSide, ReferralStep
from libs.access import acting, audit, hats
from libs.database.engine import UnitOfWork
from services.matching.domain.referral import Referral, ReferralEntry, as_partner_sees, entries_as_partner_sees, open_steps
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import partners, referral_sides, referrals


@dataclass(frozen=True)
class SeenReferral:
    """`steps` are those that the caller may take now."""

    referral: Referral
    partner_title: str
    side: ReferralSide
    steps: list[ReferralStep]
    entries: list[ReferralEntry]
    is_overdue: bool


async def get_referral(work: UnitOfWork, referral_id: UUID) -> SeenReferral:
    """Whom it is about sees who looked.

    Raises NotFound REFERRAL_UNKNOWN, as for one that is not there, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    principal = await acting.require_principal(work, SCOPE)
    referral = await referrals.get(work, referral_id)
    side = await _side(work, referral, principal)
    entries, title = await referrals.list_entries(work, referral_id), (await partners.get(work, referral.partner)).title
    if referral.person is not None:
        await audit.record_read(work, "referral", "view", referral.person)
    viewer = work.caller.person or principal
    steps = open_steps(referral, side, viewer, is_both=await referral_sides.is_of_both(work, referral, side, viewer))
    seen = as_partner_sees(referral) if side is ReferralSide.PARTNER else referral
    told = entries_as_partner_sees(referral, entries) if side is ReferralSide.PARTNER else entries
    return SeenReferral(seen, title, side, steps, told, seen.is_overdue(work.now))


async def _side(work: UnitOfWork, referral: Referral, principal: UUID) -> ReferralSide:
    """Who is left sees it as its partner: nobody else does (row-level security)."""
    if referral.direction is ReferralDirection.IN and await hats.wears(work, hats.SECRETARY):
        return ReferralSide.CO_OP
    return ReferralSide.PERSON if referral.person == principal else ReferralSide.PARTNER
