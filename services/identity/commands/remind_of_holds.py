"""Reminds the secretaries of holds on the day on which they said they would look again, once each."""

from datetime import date

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.identity.domain.person_hold import PersonHold
from services.identity.storage import events_out, person_holds, worn_hats


async def remind_of_holds(work: UnitOfWork, today: date) -> int:
    """Returns of how many."""
    due = await person_holds.mark_reminded(work, today)
    for hold in due:
        await _remind(work, hold)
    return len(due)


async def _remind(work: UnitOfWork, hold: PersonHold) -> None:
    secretaries = [] if hold.shown else await worn_hats.lock_wearers(work, hats.SECRETARY)
    if hold.person not in secretaries:
        await events_out.hold_due(work, hold)
        return
    for colleague in secretaries:
        if colleague != hold.person:
            await events_out.hold_due(work, hold, colleague)
