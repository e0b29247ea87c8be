"""A worker says that they start, with one tap: when they finished, and what they did, they say later."""

from datetime import datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import begin_record, statement
from services.scheduling.commands.settle_alerts import settle_started
from services.scheduling.domain.arrival import is_alone, lone_alert
from services.scheduling.domain.record_times import require_day_of, require_time_to_begin
from services.scheduling.domain.visit_record import VisitRecord, start
from services.scheduling.domain.watch import AlertChange
from services.scheduling.storage import visit_records, watch_alerts, watch_rules


async def start_visit(
    work: UnitOfWork,
    visit_id: UUID,
    started: datetime | None,
    alone: bool,  # noqa: FBT001 - a field of the request
) -> VisitRecord:
    """`started` is when a phone without signal wrote it down. Who is `alone` is asked after when they do not say that they finished.

    Raises what `begin_record` raises, and Invalid RECORD_OTHER_DAY.
    """
    visit, record = await begin_record(work, visit_id)
    # A phone's clock may be ahead of ours; nobody starts later than now.
    at = min(started or work.now, work.now)
    require_time_to_begin(visit, at)
    require_day_of(visit, at)
    change = start(record, statement(work, record.worker), at)
    await visit_records.add(work, change)
    await settle_started(work, visit.id, record.worker)
    rules = await watch_rules.get(work)
    # A start that a phone sends once the visit is over is no reason to ask after anybody: the finish comes right behind it.
    if is_alone(visit, said=alone, rules=rules) and (started is None or work.now < visit.ends):
        await watch_alerts.add(work, AlertChange(lone_alert(work.new_id(), visit, record.worker, rules, work.now)))
    return change.record
