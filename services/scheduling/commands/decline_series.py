"""The person declines visits that repeat. A series that this one would have replaced goes on."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.series_access import proposer_of, require_own_series
from services.scheduling.commands.tell import Notice, tell_of_series
from services.scheduling.domain.visit_series import decline
from services.scheduling.storage import events_out, series


async def decline_series(work: UnitOfWork, series_id: UUID, shown: int) -> int:
    """Returns the new version. Raises what `require_own_series` raises, FailedPrecondition SERIES_OVER or SERIES_AGREED."""
    proposed, caller = await require_own_series(work, series_id, shown)
    declined = decline(proposed)
    await series.save(work, declined)
    await events_out.series_declined(work, declined, caller)
    await tell_of_series(work, Notice.SERIES_DECLINED, declined.id, {*await proposer_of(work, declined), declined.person})
    return declined.version
