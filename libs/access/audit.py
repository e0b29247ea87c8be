"""The read audit: logs every read of another person's record before the response leaves: who, which, when, why; never the content."""

from uuid import UUID

from sqlalchemy import insert

from libs.database.engine import UnitOfWork
from libs.database.shared_tables import read_audit

_INSERT = insert(read_audit)


async def record_read(work: UnitOfWork, record: str, action: str, *subjects: UUID) -> None:
    """Adds a row for each person whose `record` (for example `register entry`) is shown; reading one's own record is not logged."""
    rows = [
        {
            "id": work.new_id(),
            "reader": work.caller.id,
            "hat": work.caller.hat,
            "subject": subject,
            "record": record,
            "action": action,
            "at": work.now,
        }
        for subject in subjects
        if subject != work.caller.person
    ]
    if rows:
        await work.connection.execute(_INSERT, rows)
