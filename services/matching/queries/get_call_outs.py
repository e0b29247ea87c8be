"""A person's own call-outs."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.matching.domain.call_out import CallOut
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import call_outs


async def get_call_outs(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> list[CallOut]:
    """Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_self_or_acting(work, person, SCOPE)
    return await call_outs.list_of(work, person, work.now.astimezone(zone).date())
