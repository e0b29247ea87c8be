"""The person says, in their own words, what is not right in what a worker wrote."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import require_persons_record, statement
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit_record import dispute
from services.scheduling.storage import events_out, visit_records, visit_sharers, visits


async def dispute_visit(work: UnitOfWork, record_id: UUID, shown: int, words: str) -> int:
    """Returns the new version. Raises what `require_persons_record` and `dispute` raise."""
    record, caller, principal = await require_persons_record(work, record_id, shown)
    visit = await visits.get(work, record.visit)
    at_visit = await visit_sharers.everybody_at(work, visit)
    change = dispute(record, statement(work, caller), words, principal, at_visit)
    await visit_records.save(work, change)
    await events_out.visit_disputed(work, change.record, caller)
    await tell(work, Notice.DISPUTED, visit, {record.worker, *at_visit})
    return change.record.version
