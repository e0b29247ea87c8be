"""Looks at what a draft proposes by every rule of taking a visit: neither the engine nor the planner is trusted with the law."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.domain.taking import reasons_against
from services.scheduling.domain.visit import overlaps
from services.scheduling.domain.week_draft import DraftVisit
from services.scheduling.domain.worker_hours import Times
from services.scheduling.storage import visits, worker_facts


async def all_can_come(
    work: UnitOfWork, visit: DraftVisit, new: Sequence[UUID], accepted: defaultdict[UUID, list[Times]], zone: ZoneInfo
) -> bool:
    """Whether they can, with what the draft proposes to them besides: `accepted`, which grows if so."""
    if not new:
        return True
    try:
        now = await visits.get(work, visit.visit)
    except NotFound:
        return False
    facts, times = await worker_facts.load(work, now, new), (now.starts, now.ends)
    for worker in new:
        own = accepted[worker]
        elsewhere = facts[worker].elsewhere or overlaps(now.starts, now.ends, own)
        looked_at = replace(facts[worker], paid_times=(*facts[worker].paid_times, *own), elsewhere=elsewhere)
        if reasons_against(zone, now, 0, looked_at, work.now):
            return False
    for worker in new:
        accepted[worker].append(times)
    return True
