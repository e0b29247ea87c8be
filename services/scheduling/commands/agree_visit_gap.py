"""The person agrees that two of their visits keep apart: from now on none of them gets a time that breaks it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.commands.begin_gap import lock_parts, require_can_begin
from services.scheduling.commands.gap_access import proposer_of, require_own_gap
from services.scheduling.commands.tell import Notice, tell_of_gap
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_gap import agree
from services.scheduling.storage import events_out, visit_gaps


async def agree_visit_gap(work: UnitOfWork, gap_id: UUID, shown: int, *, zone: ZoneInfo) -> int:
    """Returns the new version. Raises what `require_own_gap`, `agree` and `require_can_begin` raise."""
    await acting.require_principal(work, SCOPE)
    # What it is about never changes, so that the visits can be locked before it, as everybody does.
    unlocked = await visit_gaps.get(work, gap_id)
    parts = await lock_parts(work, (unlocked.first_visit, unlocked.first_series), (unlocked.second_visit, unlocked.second_series))
    gap, caller = await require_own_gap(work, gap_id, shown)
    agreed = agree(gap, caller)
    await require_can_begin(work, agreed, parts, zone=zone)
    await visit_gaps.save(work, agreed)
    await events_out.visit_gap_agreed(work, agreed)
    await tell_of_gap(work, Notice.GAP_AGREED, agreed.id, {*await proposer_of(work, agreed), agreed.person})
    return agreed.version
