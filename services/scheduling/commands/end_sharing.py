"""Either of two ends what they share: the visits that have not begun are the visited person's alone, and the other one hears of it at once.

A visit that has begun nobody can cancel any more: it stays shared, and so does what it costs. Nobody gives a reason.
"""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_together
from services.scheduling.domain.sharing import Sharing, end, require_version
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import events_out, sharings, visit_sharers


async def end_sharing(work: UnitOfWork, sharing_id: UUID, shown: int, *, zone: ZoneInfo) -> int:
    """How many visits are shared no more.

    Raises NotFound SHARING_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE,
    FailedPrecondition SHARING_OVER.
    """
    await acting.require_principal(work, SCOPE)
    sharing = await sharings.get(work, sharing_id, lock=True)
    require_version(sharing, shown)
    return await end_running(work, sharing, work.now.astimezone(zone).date())


async def end_running(work: UnitOfWork, sharing: Sharing, today: date, *, untold: UUID | None = None) -> int:
    """As `end_sharing`; `sharing` is locked. Who is erased or has died is told nothing."""
    ended = end(sharing, today)
    await sharings.save(work, ended)
    left = await visit_sharers.leave(work, ended.id)
    await events_out.sharing_ended(work, ended)
    await tell_together(work, Notice.SHARING_ENDED, ended.id, {ended.person, ended.sharer} - {untold})
    return len(left)
