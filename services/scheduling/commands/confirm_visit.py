"""The person confirms what a worker wrote: from then on it holds, and nothing of it changes."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import require_persons_record, statement
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit_record import VisitRecord, confirm
from services.scheduling.storage import events_out, visit_records, visit_sharers, visits


async def confirm_visit(work: UnitOfWork, record_id: UUID, shown: int) -> int:
    """Returns the new version. Raises what `require_persons_record` and `confirm` raise."""
    record, caller, principal = await require_persons_record(work, record_id, shown)
    return await confirm_record(work, record, caller, principal)


async def confirm_record(work: UnitOfWork, record: VisitRecord, by: UUID | None, principal: UUID | None = None) -> int:
    """Also for the timer, which is nobody; `principal` is in whose name somebody confirms."""
    visit = await visits.get(work, record.visit)
    at_visit = await visit_sharers.everybody_at(work, visit)
    change = confirm(record, statement(work, by), principal, at_visit)
    await visit_records.save(work, change)
    confirmed = change.record
    if confirmed.confirmed is not None:
        written = await visit_records.get_entry(work, confirmed.confirmed)
        await events_out.visit_confirmed(work, confirmed, written, by, record.confirmed)
    await tell(work, Notice.CONFIRMED, visit, {record.worker})
    # Who has not said it themselves hears of it: they may still say that it is not right.
    await tell(work, Notice.CONFIRMED if by else Notice.TIMER_CONFIRMED, visit, at_visit - {by})
    return confirmed.version
