"""What is left of a budget: without what confirmed visits have cost, and what agreed visits to come will cost if they take as long as
planned.
"""

from collections.abc import Iterable, Sequence
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
class PersonCosts:
    """What visits to a person cost their payers, confirmed ones and agreed ones to come; `not_priced` are the days of those unknown."""

    spent: Sequence[Cost]
    planned: Sequence[Cost]
    not_priced: Sequence[date]


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


@dataclass(frozen=True)
class BudgetPart:
    """One person's part of a budget that two share: the budget in pence, and what was spent and is planned in the span that today is in."""

    budget: int
    spent: Sequence[Cost]
    planned: Sequence[Cost]
    not_priced: int

    @property
    def left(self) -> int:
        return self.budget - sum(cost.pence for cost in (*self.spent, *self.planned))


def part_of_budget(plan: FundingPlan, payer: UUID, span: BudgetSpan, today: date, costs: PersonCosts) -> BudgetPart:
    """What the payer has for this person and owes for them in the span that today is in, also where it has no budget for them alone."""
    days = _span_of(plan, span, today)
    budget = sum(line.budget_pence for line in plan.lines if line.payer == payer)
    spent, planned = ([cost for cost in each if cost.payer == payer and days.holds(cost.day)] for each in (costs.spent, costs.planned))
    return BudgetPart(budget, spent, planned, sum(map(days.holds, costs.not_priced)))


def budget_balances(plan: FundingPlan, today: date, costs: PersonCosts) -> list[BudgetBalance]:
    """Of each budget of the plan, in the span that today is in."""
    balances = []
    for line in plan.lines:
        if line.budget_span is None:
            continue
        days = _span_of(plan, line.budget_span, today)
        unknown = sum(map(days.holds, costs.not_priced))
        sums = _sum(costs.spent, line.payer, days), _sum(costs.planned, line.payer, days)
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
