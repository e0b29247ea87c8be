"""Somebody is erased or has died: what they shared with others is over, and what they had announced does not take place.

The others hear of it. What waits for a yes is taken back, and nobody is told.
"""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SharingState, TermsState
from libs.database.engine import UnitOfWork
from services.scheduling.commands.call_off_activity import call_off_running
from services.scheduling.commands.end_sharing import end_running
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.shared_budget import end
from services.scheduling.domain.sharing import withdraw
from services.scheduling.storage import group_activities, shared_budgets, sharings


async def end_what_they_share(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> None:
    """Handled again, it finds nothing to end."""
    today = work.now.astimezone(zone).date()
    for sharing in await sharings.lock_open(work, person, today):
        if sharing.state is SharingState.PROPOSED:
            await sharings.save(work, withdraw(sharing, sharing.proposed_by, today))
        else:
            await end_running(work, sharing, today, untold=person)
    for shared in await shared_budgets.lock_open(work, person, today):
        await shared_budgets.save(work, end(shared, shared.proposed_by, today, today))
        if shared.state is TermsState.AGREED:
            await tell_of_money(work, Notice.SHARED_BUDGET_ENDED, shared.id, {shared.other_than(person)})
    for activity in await group_activities.lock_of(work, person):
        if activity.ends > work.now:
            await call_off_running(work, activity, person)
