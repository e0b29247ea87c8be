"""The read audit: logs every read of another person's record before the response leaves: who, which, when, why; never the content."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert

from libs.database import wakeups
from libs.database.engine import UnitOfWork
from libs.database.shared_tables import read_audit

_INSERT = insert(read_audit)


async def record_read(
    work: UnitOfWork, record: str, action: str, *subjects: UUID, fields: Sequence[str] = (), reason: str = "", stale: bool = False
) -> None:
    """Adds a row for each person whose `record` (for example `register entry`) is shown; reading one's own record is not logged.

    `fields` are the keys of those shown, `reason` what the reader said; `stale` means under the last known rights, as events lagged.
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
            "salt": secrets.token_bytes(16),
        }
        for subject in subjects
        if subject != work.caller.person
    ]
    if rows:
        await work.connection.execute(_INSERT, rows)
        work.wakes.add(wakeups.READS)
