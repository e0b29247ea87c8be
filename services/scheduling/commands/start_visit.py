"""A worker says that they start, with one tap: when they finished, and what they did, they say later."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import begin_record, statement
from services.scheduling.commands.settle_alerts import settle_started
from services.scheduling.domain.arrival import is_alone, lone_alert
from services.scheduling.domain.record_times import require_day_of
from services.scheduling.domain.visit_record import VisitRecord, start
from services.scheduling.domain.watch import AlertChange
from services.scheduling.storage import visit_records, watch_alerts, watch_rules


async def start_visit(work: UnitOfWork, visit_id: UUID, alone: bool) -> VisitRecord:  # noqa: FBT001 - a field of the request
    """Who is `alone` is asked after when they do not say that they finished.

    Raises what `begin_record` raises, and Invalid RECORD_OTHER_DAY.
    """
    visit, record = await begin_record(work, visit_id)
    require_day_of(visit, work.now)
    change = start(record, statement(work, record.worker))
    await visit_records.add(work, change)
    await settle_started(work, visit.id, record.worker)
    rules = await watch_rules.get(work)
    if is_alone(visit, said=alone, rules=rules):
        await watch_alerts.add(work, AlertChange(lone_alert(work.new_id(), visit, record.worker, rules, work.now)))
    return change.record
