"""What a day does to credentials: those whose last day is over expire, and persons are reminded of those that soon will."""

from dataclasses import replace
from datetime import date

from libs.database.engine import UnitOfWork
from services.identity.domain.credential import expire
from services.identity.storage import credentials, events_out


async def expire_credentials(work: UnitOfWork, today: date) -> int:
    """Each expires once and is reminded of once, however often this runs; returns how many did."""
    over = await credentials.lock_over(work, today)
    for credential in over:
        expired = expire(credential, work.now)
        await credentials.save(work, expired)
        await events_out.credential_expired(work, expired)
    due = await credentials.lock_to_remind(work, today)
    for credential in due:
        await credentials.save(work, replace(credential, reminded_at=work.now))
        await events_out.credential_due(work, credential)
    return len(over) + len(due)
