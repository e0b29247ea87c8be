"""How long a worker works, week by week, and whether the rules of working time hold: for them, and for a secretary."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.local_clock import midnight
from services.scheduling.domain.opt_out import OptOut
from services.scheduling.domain.rest_reason import PassedRules
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.work_history import WorkHistory, days_shown, local_minute, work_history, works_as
from services.scheduling.storage import engagements, opt_outs, rest_reasons, worked_hours, working_time_rules
from services.scheduling.storage.money_access import require_worker_or_secretary


@dataclass(frozen=True)
class WorkingTime:
    """`is_bound`: they are employed today, or nothing else was agreed."""

    history: WorkHistory
    opt_outs: Sequence[OptOut]
    is_bound: bool
    with_reason: Sequence[tuple[datetime, PassedRules]]
    """With when the visit starts, by the co-op's clock; the earliest first."""


async def get_working_time(work: UnitOfWork, worker: UUID, *, zone: ZoneInfo) -> WorkingTime:
    """Raises NotAllowed PERSON_NEEDED or NOT_YOURS."""
    await require_worker_or_secretary(work, worker)
    rules, today = await working_time_rules.get(work), work.now.astimezone(zone).date()
    first, end = days_shown(rules, today)
    begins, ends = midnight(zone, first), midnight(zone, end)
    times = await worked_hours.list_of(work, worker, begins, ends)
    passed = [(local_minute(zone, at), each) for at, each in await rest_reasons.list_of(work, worker, begins, ends)]
    terms = (await engagements.list_of(work, {worker})).get(worker, [])
    own = (await opt_outs.list_of(work, {worker})).get(worker, [])
    history = work_history(zone, rules, times, terms, [(each.first_day, each.last_day) for each in own], today)
    await audit.record_read(work, "working time", "view", worker)
    return WorkingTime(history, own, works_as(today, terms, paid=True) is Engagement.EMPLOYED, passed)
