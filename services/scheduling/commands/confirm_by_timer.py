"""Entries are confirmed some days after they were written, where the person agreed to that before, and has said nothing."""

from libs.database.engine import UnitOfWork
from services.scheduling.commands.confirm_visit import confirm_record
from services.scheduling.storage import visit_records


async def confirm_by_timer(work: UnitOfWork) -> int:
    """Returns how many."""
    due = await visit_records.list_due(work)
    for record in due:
        await confirm_record(work, record, None)
    return len(due)
