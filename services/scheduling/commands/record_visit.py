"""A worker writes when they started and finished, and what was done; or corrects that with a new entry."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import AlertStepKind
from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import begin_record, require_own_record, statement
from services.scheduling.commands.settle_alerts import settle_alone, settle_started
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.record_times import LocalMoment, with_minutes_beside, worked_time
from services.scheduling.domain.visit_record import VisitRecord, require_version, write
from services.scheduling.storage import events_out, timed_confirmations, visit_records, visit_sharers, visits


async def record_visit(
    work: UnitOfWork,
    visit_id: UUID,
    record_id: UUID | None,
    shown: int,
    starts: LocalMoment | None,
    ends: LocalMoment | None,
    note: str,
    travel: int = 0,
    waiting: int = 0,
    *,
    zone: ZoneInfo,
) -> VisitRecord:
    """Without a `record_id` it is the first thing that is said. Raises what `begin_record`, `require_own_record`, `worked_time`,
    `with_minutes_beside` and `write` raise, and NotFound VISIT_UNKNOWN.
    """
    if record_id is None:
        visit, record = await begin_record(work, visit_id)
        require_version(record, shown)
        begun, said_before = None, list[datetime]()
    else:
        record = await require_own_record(work, record_id, shown)
        visit, begun = await visits.get(work, record.visit), await visit_records.find_begun(work, record.id)
        said_before = await visit_records.list_moments(work, record.id)
    worked = with_minutes_beside(worked_time(zone, visit, begun, starts, ends, work.now, said_before), travel, waiting)
    at_visit = await visit_sharers.everybody_at(work, visit)
    timer = await timed_confirmations.timer_for_all(work, at_visit, record.worker)
    change = write(record, statement(work, record.worker), worked, note, timer)
    await (visit_records.add if record_id is None else visit_records.save)(work, change)
    await events_out.visit_recorded(work, *change)
    await settle_started(work, visit.id, record.worker)
    await settle_alone(work, visit.id, record.worker, AlertStepKind.FINISHED)
    await tell(work, Notice.RECORDED, visit, at_visit)
    return change.record
