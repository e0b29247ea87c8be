"""The person needs nobody in place of the one who left. Their visits stay as they are: open, or for them to call off."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.cover import Settled, settle
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import covers, events_out


async def need_no_cover(work: UnitOfWork, cover_id: UUID) -> None:
    """Raises NotFound COVER_UNKNOWN, FailedPrecondition COVER_SETTLED, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or
    ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    cover = await covers.get(work, cover_id)
    await acting.require_self_or_acting(work, cover.person, SCOPE)
    settled = settle(cover, Settled.NOT_NEEDED, work.now)
    await covers.save_settled(work, settled)
    await events_out.cover_settled(work, settled)
