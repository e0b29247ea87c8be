"""Reminds the secretaries of holds on the day on which they said they would look again, once each."""

from datetime import date

from libs.database.engine import UnitOfWork
from services.identity.storage import events_out, person_holds


async def remind_of_holds(work: UnitOfWork, today: date) -> int:
    """Returns of how many."""
    due = await person_holds.mark_reminded(work, today)
    for hold in due:
        await events_out.hold_due(work, hold)
    return len(due)
