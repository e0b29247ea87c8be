"""Whether somebody of one side of a referral is of the other one as well: by a place, or by a right to act."""

from uuid import UUID

from kith.matching.v1.enums import ReferralSide
from libs.access import acting
from libs.database.engine import UnitOfWork
from services.matching.domain.referral import Referral
from services.matching.storage import partners


async def is_of_both(work: UnitOfWork, referral: Referral, side: ReferralSide, one: UUID) -> bool:
    """Who acts for the person stands with them; a secretary who speaks for the partner stands with it."""
    if referral.person is not None and await acting.live_scopes(work, one, referral.person):
        return True
    return side is ReferralSide.CO_OP and await partners.find_place(work, referral.partner, one) is not None
