"""The side that received a referral takes it on, or does not and says why."""

from uuid import UUID

from kith.matching.v1.enums import ReferralStep
from libs.database.engine import UnitOfWork
from services.matching.commands.referral_step import load_for_step, record_step
from services.matching.domain.referral import decline, take_step


async def answer_referral(work: UnitOfWork, referral_id: UUID, accepted: bool, reason: str) -> None:  # noqa: FBT001 - a field of the request
    """Raises what `load_for_step` raises, FailedPrecondition REFERRAL_MOVED_ON, NotAllowed BOTH_SIDES, Invalid for the reason."""
    step = ReferralStep.ACCEPT if accepted else ReferralStep.DECLINE
    referral, by = await load_for_step(work, referral_id, step)
    answered = take_step(referral, step, by, work.now) if accepted else decline(referral, reason, by, work.now)
    await record_step(work, answered, by)
