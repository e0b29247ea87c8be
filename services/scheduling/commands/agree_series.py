"""The person agrees to visits that repeat: to all of them at once."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.commands.begin_series import begin_series
from services.scheduling.commands.keep_gaps import require_gaps_kept_by_series
from services.scheduling.commands.series_access import require_own_series
from services.scheduling.domain.visit_series import agree
from services.scheduling.storage import series


async def agree_series(work: UnitOfWork, series_id: UUID, shown: int, *, zone: ZoneInfo) -> int:
    """Returns the new version. Raises what `require_own_series` and `require_gaps_kept_by_series` raise, FailedPrecondition SERIES_OVER or
    SERIES_AGREED.
    """
    proposed, caller = await require_own_series(work, series_id, shown)
    today = work.now.astimezone(zone).date()
    agreed = agree(proposed, caller, today)
    await require_gaps_kept_by_series(work, agreed, today, zone)
    await series.save(work, agreed)
    await begin_series(work, agreed, caller, today)
    return agreed.version
