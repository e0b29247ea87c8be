"""Somebody in a person's team proposes that two visits keep apart; what the person proposes themselves is agreed with that."""

from zoneinfo import ZoneInfo

from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.begin_gap import lock_parts, require_can_begin
from services.scheduling.commands.team_access import require_in_team
from services.scheduling.commands.tell import Notice, tell_of_gap
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_gap import NewGap, VisitGap, agree, propose
from services.scheduling.storage import events_out, visit_gaps
from services.scheduling.storage.gap_parts import PartIds


async def propose_visit_gap(work: UnitOfWork, first: PartIds, second: PartIds, new: NewGap, *, zone: ZoneInfo) -> VisitGap:
    """Raises what `lock_parts`, `require_in_team`, `propose` and `require_can_begin` raise."""
    await acting.require_principal(work, SCOPE)
    parts = await lock_parts(work, first, second)
    _, principal = await require_in_team(work, parts[0].person)
    caller = await hats.require_person(work)
    gap = propose(work.new_id(), *parts, new, caller)
    await require_can_begin(work, gap, parts, zone=zone)
    await events_out.visit_gap_proposed(work, gap)
    if principal == gap.person:
        gap = agree(gap, caller)
        await events_out.visit_gap_agreed(work, gap)
    await visit_gaps.add(work, gap)
    await tell_of_gap(work, Notice.GAP_AGREED if principal == gap.person else Notice.GAP_PROPOSED, gap.id, {gap.person})
    return gap
