"""The person ends visits that repeat, from a day on. Nobody gives a reason."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.scheduling.commands.cancel_series_visits import cancel_series_visits
from services.scheduling.commands.series_access import proposer_of, require_own_series
from services.scheduling.commands.tell import Notice, tell_of_series
from services.scheduling.domain.visit_series import end
from services.scheduling.storage import events_out, series


async def end_series(work: UnitOfWork, series_id: UUID, shown: int, from_day: date | None, *, zone: ZoneInfo) -> int:
    """Returns the new version; who would have come to one of its visits from that day on is told once.

    Raises what `require_own_series` and `end` raise, Invalid DATE_MALFORMED.
    """
    running, caller = await require_own_series(work, series_id, shown)
    if from_day is None:
        raise invalid("from_day", "DATE_MALFORMED")
    today = work.now.astimezone(zone).date()
    ended = end(running, from_day, today)
    await series.save(work, ended)
    await events_out.series_ended(work, ended, from_day, caller)
    workers = await cancel_series_visits(work, ended, from_day, caller, today)
    await tell_of_series(work, Notice.SERIES_ENDED, ended.id, {*workers, *await proposer_of(work, ended), ended.person})
    return ended.version
