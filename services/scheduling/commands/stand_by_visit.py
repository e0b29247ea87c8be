"""The worker stands by what they wrote, though the person says that it is not right."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import require_own_record, statement
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit_record import stand_by
from services.scheduling.storage import visit_records, visit_sharers, visits


async def stand_by_visit(work: UnitOfWork, record_id: UUID, shown: int, words: str) -> int:
    """Returns the new version. Raises NotFound VISIT_UNKNOWN, and what `require_own_record` and `stand_by` raise."""
    record = await require_own_record(work, record_id, shown)
    change = stand_by(record, statement(work, record.worker), words)
    await visit_records.save(work, change)
    visit = await visits.get(work, record.visit)
    await tell(work, Notice.STOOD_BY, visit, await visit_sharers.everybody_at(work, visit))
    return change.record.version
