"""What somebody shares with others, and what waits for a yes."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.sharing import Sharing
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import sharings


async def get_sharings(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> tuple[UUID, list[Sharing]]:
    """And in whose name the caller asks. Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_self_or_acting(work, person, SCOPE)
    found = await sharings.list_of(work, person, work.now.astimezone(zone).date())
    await audit.record_read(work, "sharing", "list", *{sharing.other_than(person) for sharing in found})
    return person, found
