"""What visits to a person cost their payers, as far as budgets ask for it."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.domain.budget import Cost, PersonCosts
from services.scheduling.domain.due_visits import MoneyTerms, find_terms
from services.scheduling.domain.funding import FundingPlan
from services.scheduling.domain.local_clock import midnight
from services.scheduling.domain.pay_period import SettledVisit, VisitTerms, settle_visit
from services.scheduling.storage import pay_periods, worked_visits

_FAR = timedelta(days=400)
"""Visits are planned no farther ahead, and budgets of a week or a month end sooner."""


async def load_costs(work: UnitOfWork, person: UUID, plan: FundingPlan, today: date, zone: ZoneInfo) -> PersonCosts:
    """Of the spans in which today is, of all budgets of the plan in force."""
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
    return PersonCosts(spent, costs, unknown)


def _costs(terms: MoneyTerms, settled: SettledVisit, person: UUID) -> list[Cost]:
    """What a visit costs this person's payers: of one that they share, their own part."""
    day = terms.local_day(settled.visit.starts)
    lines = zip(settled.persons, settled.terms.lines, settled.charges, strict=True)
    return [Cost(day, payer, pence) for whose, (payer, _), pence in lines if whose == person]
