"""The side that took a referral on says what came of it."""

from uuid import UUID

from kith.matching.v1.enums import ReferralOutcome, ReferralStep
from libs.database.engine import UnitOfWork
from services.matching.commands.referral_step import load_for_step, record_step
from services.matching.domain.referral import close


async def close_referral(work: UnitOfWork, referral_id: UUID, outcome: ReferralOutcome, words: str) -> None:
    """Raises what `load_for_step` raises, FailedPrecondition REFERRAL_MOVED_ON, NotAllowed BOTH_SIDES, Invalid for the words."""
    referral, by = await load_for_step(work, referral_id, ReferralStep.CLOSE)
    await record_step(work, close(referral, outcome, words, by, work.now), by)
