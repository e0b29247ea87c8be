"""The other one says yes or no to using together what one payer has for both."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import TermsState
from libs.access import acting, hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.funding import SCOPE
from services.scheduling.domain.shared_budget import line_with, require_alone, require_version, respond, span_of
from services.scheduling.domain.terms import agreed_on
from services.scheduling.storage import funding, shared_budgets


async def answer_shared_budget(
    work: UnitOfWork,
    shared_id: UUID,
    shown: int,
    agrees: bool,  # noqa: FBT001 - a field of the request
    *,
    zone: ZoneInfo,
) -> None:
    """Raises NotFound SHARED_BUDGET_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, and
    what `respond`, `require_alone` and `span_of` raise.
    """
    principal, today = await acting.require_principal(work, SCOPE), work.now.astimezone(zone).date()
    shared = await shared_budgets.get(work, shared_id)
    require_version(shared, shown)
    answered = respond(shared, principal, await hats.require_person(work), today, work.now, agrees=agrees)
    if answered.state is TermsState.AGREED:
        require_alone(answered, await shared_budgets.lock_with_payer(work, answered))
        async with all_rows(work):
            plans = await funding.list_of(work, answered.persons)
        span_of(line_with(agreed_on(answered.first_day, plans.get(who, [])), answered.payer) for who in sorted(answered.persons))
    await shared_budgets.save(work, answered)
    if answered.state is TermsState.AGREED:
        await tell_of_money(work, Notice.SHARED_BUDGET_AGREED, answered.id, {answered.proposed_by, answered.written_by})
