"""The budgets that a person shares with another: what is left, their own costs, and the other's sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import BudgetSpan, TermsState
from libs.access import acting, audit
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.domain.budget import BudgetPart, part_of_budget
from services.scheduling.domain.funding import SCOPE, FundingPlan, Payer
from services.scheduling.domain.shared_budget import SharedBudget, line_with, span_of
from services.scheduling.domain.terms import agreed_on
from services.scheduling.queries.person_costs import load_costs
from services.scheduling.storage import funding, shared_budgets


@dataclass(frozen=True)
class BudgetOfTwo:
    """`parts` are of the person who asks and of the other one, by id in that order; None while it does not hold."""

    shared: SharedBudget
    span: BudgetSpan | None
    parts: Sequence[tuple[UUID, BudgetPart]]


@dataclass(frozen=True)
class SharedBudgets:
    """Of a person; `own_payers` pay for them today."""

    person: UUID
    budgets: Sequence[BudgetOfTwo]
    payers: Sequence[Payer]
    own_payers: Sequence[UUID]


async def get_shared_budgets(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> SharedBudgets:
    """For the person, and who acts for them in `money`. Of the other one nothing is read but sums.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    today = work.now.astimezone(zone).date()
    shared = await shared_budgets.list_of(work, person, today)
    async with all_rows(work):
        plans = await funding.list_of(work, {who for each in shared for who in each.persons} | {person})
        in_force = {who: agreed_on(today, of_person) for who, of_person in plans.items()}
        budgets = [await _with_parts(work, each, person, in_force, today, zone) for each in shared]
    own = in_force.get(person)
    known = [payer for payer in await funding.list_payers(work) if line_with(own, payer.id) or payer.id in {each.payer for each in shared}]
    others = {each.other_than(person) for each in shared}
    await audit.record_read(work, "funding", "view", person, *sorted(others))
    return SharedBudgets(person, budgets, known, [payer.id for payer in known if line_with(own, payer.id)])


async def _with_parts(
    work: UnitOfWork, shared: SharedBudget, person: UUID, plans: dict[UUID, FundingPlan | None], today: date, zone: ZoneInfo
) -> BudgetOfTwo:
    if agreed_on(today, [shared]) is None or shared.state is not TermsState.AGREED:
        return BudgetOfTwo(shared, None, ())
    both = (person, shared.other_than(person))
    try:
        span = span_of(line_with(plans.get(who), shared.payer) for who in both)
    except FailedPrecondition:
        # A plan has changed since they agreed: there is nothing to be summed up until both plans fit again.
        return BudgetOfTwo(shared, None, ())
    parts = []
    for who in both:
        plan = plans[who]
        if plan is not None:
            parts.append((who, part_of_budget(plan, shared.payer, span, today, await load_costs(work, who, plan, today, zone))))
    return BudgetOfTwo(shared, span, parts)
