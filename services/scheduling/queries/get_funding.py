"""A person's money: who pays for visits to them, what is left of each budget, and what visits have cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.budget import BudgetBalance, Cost, budget_balances
from services.scheduling.domain.due_visits import MoneyTerms, find_terms
from services.scheduling.domain.funding import FundingPlan, Payer
from services.scheduling.domain.local_clock import midnight
from services.scheduling.domain.pay_period import SettledVisit, VisitTerms, settle_visit
from services.scheduling.domain.settle_file import SettleFile, settle_files
from services.scheduling.domain.settlement import Engagement
from services.scheduling.domain.terms import agreed_on
from services.scheduling.storage import funding, pay_periods, worked_visits
from services.scheduling.storage.money_access import require_payer_or_secretary
from services.scheduling.storage.pay_periods import ClosedVisit

MOST_CHARGED = 200
_FAR = timedelta(days=400)
"""Visits are planned no farther ahead, and budgets of a week or a month end sooner."""


@dataclass(frozen=True)
class PersonFunding:
    plans: Sequence[FundingPlan]
    payers: Sequence[Payer]
    balances: Sequence[BudgetBalance]
    charged: Sequence[ClosedVisit]
    files: Sequence[SettleFile]


async def get_funding(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> PersonFunding:
    """For the person, who acts for them in `money`, and a secretary. Raises what `require_payer_or_secretary` raises."""
    await require_payer_or_secretary(work, person)
    plans = (await funding.list_of(work, {person})).get(person, [])
    charged = await pay_periods.list_of_person(work, person, MOST_CHARGED)
    today = work.now.astimezone(zone).date()
    in_force = agreed_on(today, plans)
    balances = await _balances(work, person, in_force, today, zone) if in_force else []
    named = {line.payer for plan in plans for line in plan.lines}
    named |= {payer for each in charged for payer, _ in each.settled.terms.lines}
    await audit.record_read(work, "funding", "view", person)
    return PersonFunding(plans, await funding.list_payers(work, named), balances, charged, _files(charged))


def _files(charged: Sequence[ClosedVisit]) -> list[SettleFile]:
    """None where a file would show what an employed worker is paid: that is not this person's to read."""
    if any(each.settled.terms.works_as is Engagement.EMPLOYED for each in charged):
        return []
    return settle_files("visits", [each.settled for each in charged])


async def _balances(work: UnitOfWork, person: UUID, plan: FundingPlan, today: date, zone: ZoneInfo) -> list[BudgetBalance]:
    begin = min(plan.first_day, today - timedelta(days=31))
    span = midnight(zone, begin), midnight(zone, today + _FAR)
    closed = await pay_periods.list_settled_from(work, person, span[0])
    due = await worked_visits.list_due(work, zone, *span, person=person)
    planned, untaken = await worked_visits.list_planned(work, person, *span)
    people = {who for visit in planned for who in visit.persons}
    terms = await worked_visits.load_terms(work, zone, {visit.worker for visit in planned}, people | {person})
    priced = [(visit, find_terms(terms, visit)) for visit in planned]
    costs = [cost for visit, found in priced if isinstance(found, VisitTerms) for cost in _costs(terms, settle_visit(visit, found), person)]
    unknown = [terms.local_day(visit.starts) for visit, found in priced if not isinstance(found, VisitTerms)]
    unknown += [terms.local_day(starts) for starts in untaken] + [terms.local_day(each.starts) for each in due.lacking]
    spent = [cost for each in (*(each.settled for each in closed), *due.settled) for cost in _costs(terms, each, person)]
    return budget_balances(plan, today, spent, costs, unknown)


def _costs(terms: MoneyTerms, settled: SettledVisit, person: UUID) -> list[Cost]:
    """What a visit costs this person's payers: of one that they share, their own part."""
    day = terms.local_day(settled.visit.starts)
    lines = zip(settled.persons, settled.terms.lines, settled.charges, strict=True)
    return [Cost(day, payer, pence) for whose, (payer, _), pence in lines if whose == person]
