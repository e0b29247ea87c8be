"""A secretary has looked into an emergency access: was there an emergency?"""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.storage import emergency_accesses, events_out


async def review_emergency_access(work: UnitOfWork, access: UUID) -> None:
    """Raises NotAllowed HAT_NEEDED, NotFound EMERGENCY_ACCESS_UNKNOWN, and as `EmergencyAccess.review`."""
    reviewer = await hats.require_person(work, hats.SECRETARY)
    found = await emergency_accesses.find(work, access)
    if found is None:
        raise NotFound("EMERGENCY_ACCESS_UNKNOWN")
    reviewed = found.review(reviewer, work.now)
    await emergency_accesses.save_review(work, reviewed)
    await events_out.emergency_access_reviewed(work, access, reviewer)
