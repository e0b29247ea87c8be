"""Every read of another person's record is written down before the answer leaves: who, which record, when and why; never the content."""

from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work

_NOTE = text("""
insert into read_audit (id, reader, hat, subject, record, action, at)
values (:id, :reader, :hat, :subject, :record, :action, :at)""")


async def note_read(work: Work, record: str, action: str, *subjects: UUID) -> None:
    """One row for each person whose `record` (for example `register entry`) is shown; reading one's own is nobody's business."""
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
        await work.connection.execute(_NOTE, rows)
