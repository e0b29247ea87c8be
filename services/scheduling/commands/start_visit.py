"""A worker says that they start, with one tap: when they finished, and what they did, they say later."""

from datetime import datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import begin_record, statement
from services.scheduling.domain.record_times import require_day_of, require_time_to_begin
from services.scheduling.domain.visit_record import VisitRecord, start
from services.scheduling.storage import visit_records


async def start_visit(work: UnitOfWork, visit_id: UUID, started: datetime | None) -> VisitRecord:
    """`started` is when a phone without signal wrote it down. Raises what `begin_record` raises, and Invalid RECORD_OTHER_DAY."""
    visit, record = await begin_record(work, visit_id)
    # A phone's clock may be ahead of ours; nobody starts later than now.
    at = min(started or work.now, work.now)
    require_time_to_begin(visit, at)
    require_day_of(visit, at)
    change = start(record, statement(work, record.worker), at)
    await visit_records.add(work, change)
    return change.record
