"""What every step of a referral has in common: who may take it, and that it is saved, stands in the timeline, and is told."""

from uuid import UUID

from kith.matching.v1.enums import PartnerSide, ReferralEntryKind, ReferralSide, ReferralStep
from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.commands.partner_side import people_of_side
from services.matching.domain.referral import Referral, ReferralEntry, require_may_take, rule_of
from services.matching.domain.referral_notices import notices_after
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import events_out, partners, referral_sides, referrals


async def load_for_step(work: UnitOfWork, referral_id: UUID, step: ReferralStep) -> tuple[Referral, UUID]:
    """The referral, locked, and who takes the step: for the side whose step it is.

    Raises NotFound REFERRAL_UNKNOWN, NotAllowed HAT_NEEDED, PERSON_NEEDED, ACTING_ENDED, ACTING_OUTSIDE_SCOPE or BOTH_SIDES,
    FailedPrecondition REFERRAL_MOVED_ON.
    """
    referral = await referrals.get(work, referral_id, lock=True)
    side = rule_of(referral, step).side
    match side:
        case ReferralSide.CO_OP:
            by = await hats.require_person(work, hats.SECRETARY)
        case ReferralSide.PARTNER:
            by = await hats.require_person(work)
            if await partners.find_place(work, referral.partner, by) is None:
                raise NotFound("REFERRAL_UNKNOWN")
        case ReferralSide.PERSON:
            by = await require_person_of(work, referral)
            return referral, by
    require_may_take(referral, step, by, is_both=await referral_sides.is_of_both(work, referral, side, by))
    return referral, by


async def require_person_of(work: UnitOfWork, referral: Referral) -> UUID:
    """Whom the referral is about, or who acts for them.

    Raises NotFound REFERRAL_UNKNOWN for anybody else, whether it was put to somebody or not: a partner is not told. Raises also what
    `require_principal` raises.
    """
    if await acting.require_principal(work, SCOPE) != referral.person:
        raise NotFound("REFERRAL_UNKNOWN")
    return await hats.require_person(work)


async def record_step(work: UnitOfWork, referral: Referral, by: UUID, kind: ReferralEntryKind | None = None) -> None:
    """Saves the referral as it is now; an entry of another kind than its state leaves the state as it is."""
    await referrals.save(work, referral)
    await record_entry(work, referral, by, kind or ReferralEntryKind(referral.state.value))


async def record_entry(work: UnitOfWork, referral: Referral, by: UUID, kind: ReferralEntryKind) -> None:
    """Adds to the timeline, and tells whom it concerns, but for who did it."""
    await referrals.add_entry(work, ReferralEntry(work.new_id(), referral.id, kind, by, work.now))
    for side, notice in notices_after(referral, kind):
        told = sorted(set(await _people_of(work, referral, side)) - {by})
        if told:
            await events_out.referral_news(work, referral, notice, told)


async def _people_of(work: UnitOfWork, referral: Referral, side: ReferralSide) -> list[UUID]:
    if side is ReferralSide.PERSON:
        return [referral.person] if referral.person else []
    return await people_of_side(work, referral.partner, PartnerSide.CO_OP if side is ReferralSide.CO_OP else PartnerSide.PARTNER)
