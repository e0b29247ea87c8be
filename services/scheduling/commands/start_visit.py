"""A worker says that they start, with one tap: when they finished, and what they did, they say later."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import begin_record, statement
from services.scheduling.domain.record_times import require_day_of
from services.scheduling.domain.visit_record import VisitRecord, start
from services.scheduling.storage import visit_records


async def start_visit(work: UnitOfWork, visit_id: UUID) -> VisitRecord:
    """Raises what `begin_record` raises, and Invalid RECORD_OTHER_DAY."""
    visit, record = await begin_record(work, visit_id)
    require_day_of(visit, work.now)
    change = start(record, statement(work, record.worker))
    await visit_records.add(work, change)
    return change.record
