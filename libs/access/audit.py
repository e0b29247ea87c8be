"""The read audit: logs every read of another person's record before the response leaves: who, which, when, why; never the content."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, insert

from libs.access.emergency import live_access
from libs.database import wakeups
from libs.database.engine import UnitOfWork
from libs.database.shared_tables import read_audit

_INSERT = insert(read_audit)
_INSERT_WITH_FIELDS = insert(read_audit).values(
    reason=func.coalesce(live_access("by_person", "of_subject", "at_that_time"), bindparam("given_reason"))
)


async def record_read(
    work: UnitOfWork, record: str, action: str, *subjects: UUID, fields: Sequence[str] = (), reason: str = "", stale: bool = False
) -> None:
    """Adds a row for each person whose `record` (for example `register entry`) is shown; reading one's own record is not logged.

    `fields` are the keys of those shown, `reason` what the reader said; `stale` means under the last known rights, as events lagged.
    Fields are only in databases with the tables of rights (`libs/access/access_tables.py`). Who has opened the record in an emergency
    reads them under that: then the row names the access instead of another reason.
    """
    rows = [
        {
            "id": work.new_id(),
            "reader": work.caller.id,
            "hat": work.caller.hat,
            "subject": subject,
            "record": record,
            "action": action,
            "at": work.now,
            "fields": list(fields),
            "reason": reason,
            "stale": stale,
            "acting_for": work.caller.acting_for,
            "helped_by": work.caller.helped_by,
            "salt": secrets.token_bytes(16),
        }
        for subject in subjects
        if subject != work.caller.person
    ]
    if rows and fields:
        reader = None if work.caller.acting_for else work.caller.person
        marks = ({"by_person": reader, "of_subject": row["subject"], "at_that_time": work.now, "given_reason": reason} for row in rows)
        without_reason = ({name: value for name, value in row.items() if name != "reason"} for row in rows)
        await work.connection.execute(_INSERT_WITH_FIELDS, [row | mark for row, mark in zip(without_reason, marks, strict=True)])
    elif rows:
        await work.connection.execute(_INSERT, rows)
    if rows:
        work.wakes.add(wakeups.READS)
