"""A partner takes a referral back before it is answered."""

from uuid import UUID

from kith.matching.v1.enums import ReferralStep
from libs.database.engine import UnitOfWork
from services.matching.commands.referral_step import load_for_step, record_step
from services.matching.domain.referral import take_step


async def withdraw_referral(work: UnitOfWork, referral_id: UUID) -> None:
    """Raises what `load_for_step` raises, FailedPrecondition REFERRAL_MOVED_ON."""
    referral, by = await load_for_step(work, referral_id, ReferralStep.WITHDRAW)
    await record_step(work, take_step(referral, ReferralStep.WITHDRAW, by, work.now), by)
