"""Who proposed visits that repeat takes the proposal back, until it is agreed."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_series
from services.scheduling.domain.visit_series import require_version, withdraw
from services.scheduling.storage import events_out, series


async def withdraw_series(work: UnitOfWork, series_id: UUID, shown: int) -> int:
    """Returns the new version. Raises NotFound SERIES_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED or NOT_YOURS_TO_WITHDRAW,
    FailedPrecondition SERIES_OVER or SERIES_AGREED.
    """
    caller = await hats.require_person(work)
    proposed = await series.get(work, series_id, lock=True)
    require_version(proposed, shown)
    withdrawn = withdraw(proposed, caller)
    await series.save(work, withdrawn)
    await events_out.series_withdrawn(work, withdrawn)
    await tell_of_series(work, Notice.SERIES_WITHDRAWN, withdrawn.id, {withdrawn.person})
    return withdrawn.version
