"""The person says whether the partner that referred them hears why not, and what came of it."""

from uuid import UUID

from kith.matching.v1.enums import ReferralEntryKind
from libs.database.engine import UnitOfWork
from services.matching.commands.referral_step import record_step, require_person_of
from services.matching.domain.referral import tell
from services.matching.storage import referrals


async def set_referral_telling(work: UnitOfWork, referral_id: UUID, outcome: bool) -> None:  # noqa: FBT001 - a field of the request
    """It can be changed at any time; the same again changes nothing.

    Raises NotFound REFERRAL_UNKNOWN, FailedPrecondition REFERRAL_MOVED_ON, and what `require_person_of` raises.
    """
    referral = await referrals.get(work, referral_id, lock=True)
    by = await require_person_of(work, referral)
    told = tell(referral, outcome=outcome)
    if told != referral:
        await record_step(work, told, by, ReferralEntryKind.TOLD_MORE if outcome else ReferralEntryKind.TOLD_LESS)
