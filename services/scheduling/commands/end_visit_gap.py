"""Two visits need not keep apart any more, as the person says; or who proposed it takes it back, until it is agreed."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.gap_access import proposer_of, require_gap_in_team
from services.scheduling.commands.tell import Notice, tell_of_gap
from services.scheduling.domain.visit_gap import end
from services.scheduling.storage import events_out, visit_gaps


async def end_visit_gap(work: UnitOfWork, gap_id: UUID, shown: int, *, zone: ZoneInfo) -> int:
    """Returns the new version. Raises what `require_gap_in_team` and `end` raise."""
    gap, principal = await require_gap_in_team(work, gap_id, shown)
    ended = end(gap, principal, work.now.astimezone(zone).date())
    await visit_gaps.save(work, ended)
    await events_out.visit_gap_ended(work, ended, await hats.require_person(work))
    await tell_of_gap(work, Notice.GAP_ENDED, ended.id, {*await proposer_of(work, ended), ended.person})
    return ended.version
