"""Either of two ends the use of one budget, from a day on; or who proposed it takes that back. Nobody gives a reason."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import TermsState
from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.funding import SCOPE
from services.scheduling.domain.shared_budget import end, require_version
from services.scheduling.storage import shared_budgets


async def end_shared_budget(work: UnitOfWork, shared_id: UUID, shown: int, from_day: date | None, *, zone: ZoneInfo) -> None:
    """Raises NotFound SHARED_BUDGET_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, and
    what `end` raises.
    """
    principal = await acting.require_principal(work, SCOPE)
    shared = await shared_budgets.get(work, shared_id)
    require_version(shared, shown)
    ended = end(shared, principal, from_day, work.now.astimezone(zone).date())
    await shared_budgets.save(work, ended)
    if shared.state is TermsState.AGREED:
        await tell_of_money(work, Notice.SHARED_BUDGET_ENDED, ended.id, ended.persons - {principal})
