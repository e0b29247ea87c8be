"""The read audit: logs every read of another person's record before the response leaves: who, which, when, why; never the content."""

from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_INSERT = text("""
insert into read_audit (id, reader, hat, subject, record, action, at)
values (:id, :reader, :hat, :subject, :record, :action, :at)""")


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
