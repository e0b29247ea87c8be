"""The person does not want that two of their visits keep apart."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.commands.gap_access import proposer_of, require_own_gap
from services.scheduling.commands.tell import Notice, tell_of_gap
from services.scheduling.domain.visit_gap import decline
from services.scheduling.storage import events_out, visit_gaps


async def decline_visit_gap(work: UnitOfWork, gap_id: UUID, shown: int, *, zone: ZoneInfo) -> int:
    """Returns the new version. Raises what `require_own_gap` and `decline` raise."""
    gap, caller = await require_own_gap(work, gap_id, shown)
    declined = decline(gap, work.now.astimezone(zone).date())
    await visit_gaps.save(work, declined)
    await events_out.visit_gap_declined(work, declined, caller)
    await tell_of_gap(work, Notice.GAP_DECLINED, declined.id, {*await proposer_of(work, declined), declined.person})
    return declined.version
