"""The person confirms what a worker wrote: from then on it holds, and nothing of it changes."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import require_persons_record, statement
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit_record import VisitRecord, confirm
from services.scheduling.storage import events_out, visit_records, visits


async def confirm_visit(work: UnitOfWork, record_id: UUID, shown: int) -> int:
    """Returns the new version. Raises what `require_persons_record` and `confirm` raise."""
    record, caller = await require_persons_record(work, record_id, shown)
    return await confirm_record(work, record, caller)


async def confirm_record(work: UnitOfWork, record: VisitRecord, by: UUID | None) -> int:
    """Also for the timer, which is nobody."""
    change = confirm(record, statement(work, by))
    await visit_records.save(work, change)
    confirmed = change.record
    if confirmed.confirmed is not None:
        written = await visit_records.get_entry(work, confirmed.confirmed)
        await events_out.visit_confirmed(work, confirmed, written, by, record.confirmed)
    visit = await visits.get(work, record.visit)
    await tell(work, Notice.CONFIRMED, visit, {record.worker})
    if by != record.person:
        await tell(work, Notice.CONFIRMED if by else Notice.TIMER_CONFIRMED, visit, {record.person})
    return confirmed.version
