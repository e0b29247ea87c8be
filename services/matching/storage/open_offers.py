"""The open offer of one member, with their credentials: what they themselves are measured by."""

from uuid import UUID

from libs.access import held_credentials
from libs.database.engine import UnitOfWork
from services.matching.domain.suggestion_question import Supporter
from services.matching.domain.support_profile import GivingSupport
from services.matching.storage import projections, support_profiles


async def find_supporter(work: UnitOfWork, worker: UUID) -> Supporter | None:
    """None for who is no member, or offers nothing now."""
    offer = await support_profiles.find(work, GivingSupport, worker)
    if offer is None or not offer.open or not await projections.is_member(work, worker):
        return None
    return Supporter(offer, await held_credentials.list_of(work, worker))
