"""Somebody proposes to another to use together what one payer has for both."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotFound
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.funding import SCOPE
from services.scheduling.domain.shared_budget import line_with, propose, require_alone
from services.scheduling.domain.terms import agreed_on
from services.scheduling.storage import funding, shared_budgets, sharings


async def propose_shared_budget(
    work: UnitOfWork, person: UUID, payer: UUID, other: UUID, first_day: date | None, *, zone: ZoneInfo
) -> UUID:
    """The two are neighbours, or one is in the other's team. Whether the payer pays for the other one is theirs: it is looked at with their
    yes.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, NotFound PAYER_UNKNOWN, FailedPrecondition
    SHARED_BUDGET_NO_PAYER or SHARING_NOT_NEIGHBOURS, and what `propose` and `require_alone` raise.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    today, by = work.now.astimezone(zone).date(), await hats.require_person(work)
    shared = propose(work.new_id(), payer, other, first_day, (person, by), today, work.now)
    if not await funding.list_payers(work, {payer}):
        raise NotFound("PAYER_UNKNOWN")
    async with all_rows(work):
        known = await sharings.know_each_other(work, person, other)
    if not known:
        raise FailedPrecondition("SHARING_NOT_NEIGHBOURS")
    plans = (await funding.list_of(work, {person})).get(person, [])
    if line_with(agreed_on(shared.first_day, plans), payer) is None:
        raise FailedPrecondition("SHARED_BUDGET_NO_PAYER")
    # Of what the other one shares with others nothing is told before their own answer.
    same = await shared_budgets.lock_with_payer(work, shared)
    require_alone(shared, [each for each in same if person in each.persons])
    await shared_budgets.add(work, shared)
    await tell_of_money(work, Notice.SHARED_BUDGET_PROPOSED, shared.id, {other})
    return shared.id
