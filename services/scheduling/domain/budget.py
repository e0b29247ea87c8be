"""What is left of a budget: without what confirmed visits have cost, and what agreed visits to come will cost if they take as long as
planned.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kith.scheduling.v1.enums import BudgetSpan
from services.scheduling.domain.funding import FundingPlan


@dataclass(frozen=True)
class SpanOfDays:
    """Without a last day it goes on."""

    first_day: date
    last_day: date | None

    def holds(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class Cost:
    """What a payer owes for a visit on a day; negative of one that is taken back."""

    day: date
    payer: UUID
    pence: int


@dataclass(frozen=True)
class BudgetBalance:
    """Of one payer, in pence. `not_priced` are planned visits in the span whose price nobody knows yet."""

    payer: UUID
    budget_span: BudgetSpan
    days: SpanOfDays
    budget: int
    spent: int
    planned: int
    not_priced: int

    @property
    def left(self) -> int:
        return self.budget - self.spent - self.planned


def budget_balances(
    plan: FundingPlan, today: date, spent: Iterable[Cost], planned: Iterable[Cost], not_priced: Iterable[date]
) -> list[BudgetBalance]:
    """Of each budget of the plan, in the span that today is in."""
    spent, planned, not_priced = list(spent), list(planned), list(not_priced)
    balances = []
    for line in plan.lines:
        if line.budget_span is None:
            continue
        days = _span_of(plan, line.budget_span, today)
        unknown = sum(days.holds(day) for day in not_priced)
        sums = _sum(spent, line.payer, days), _sum(planned, line.payer, days)
        balances.append(BudgetBalance(line.payer, line.budget_span, days, line.budget_pence, *sums, unknown))
    return balances


def _sum(costs: Iterable[Cost], payer: UUID, days: SpanOfDays) -> int:
    return sum(cost.pence for cost in costs if cost.payer == payer and days.holds(cost.day))


def _span_of(plan: FundingPlan, span: BudgetSpan, today: date) -> SpanOfDays:
    if span is BudgetSpan.WEEK:
        monday = today - timedelta(days=today.weekday())
        return SpanOfDays(monday, monday + timedelta(days=6))
    if span is BudgetSpan.MONTH:
        first = today.replace(day=1)
        return SpanOfDays(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    return SpanOfDays(plan.first_day, plan.last_day)
