"""What is left of a budget: confirmed visits, and agreed ones to come, in the span that today is in."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from kith.scheduling.v1.enums import BudgetSpan, TermsState
from services.scheduling.domain.budget import Cost, PersonCosts, SpanOfDays, budget_balances
from services.scheduling.domain.funding import FundingLine, FundingPlan

ADA, COUNCIL = UUID(int=1), UUID(int=2)
TODAY = date(2026, 12, 31)
WEEK, MONTH = SpanOfDays(date(2026, 12, 28), date(2027, 1, 3)), SpanOfDays(date(2026, 12, 1), TODAY)


def a_plan(span: BudgetSpan, last_day: date | None = None) -> FundingPlan:
    lines = (FundingLine(COUNCIL, "3/5", 5000, span), FundingLine(ADA, "2/5"))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return FundingPlan(UUID(int=3), ADA, date(2026, 11, 30), last_day, TermsState.AGREED, ADA, at, lines=lines)


@pytest.mark.capability("S11")
@pytest.mark.parametrize(
    ("span", "days", "spent", "planned", "not_priced"),
    [
        (BudgetSpan.WEEK, WEEK, 200, 1000, 1),
        (BudgetSpan.MONTH, MONTH, 100 + 200, 0, 0),
        (BudgetSpan.PLAN, SpanOfDays(date(2026, 11, 30), None), 50 + 100 + 200, 1000, 1),
    ],
)
def test_a_budget_counts_the_days_of_its_span(span: BudgetSpan, days: SpanOfDays, spent: int, planned: int, not_priced: int) -> None:
    before = [(date(2026, 11, 29), 7), (date(2026, 11, 30), 50), (date(2026, 12, 27), 100), (date(2026, 12, 28), 200)]
    costs = [Cost(day, COUNCIL, pence) for day, pence in before] + [Cost(TODAY, ADA, 9999)]
    [balance] = budget_balances(
        a_plan(span), TODAY, PersonCosts(costs, [Cost(date(2027, 1, 2), COUNCIL, 1000)], [date(2027, 1, 1), date(2026, 11, 1)])
    )
    assert (balance.payer, balance.days, balance.budget) == (COUNCIL, days, 5000)
    assert (balance.spent, balance.planned, balance.not_priced) == (spent, planned, not_priced)
    assert balance.left == 5000 - spent - planned


def test_what_is_taken_back_is_there_to_spend_again() -> None:
    costs = [Cost(TODAY, COUNCIL, pence) for pence in (6000, -6000, 2000)]
    [balance] = budget_balances(a_plan(BudgetSpan.PLAN, TODAY), TODAY, PersonCosts(costs, [], []))
    assert (balance.spent, balance.left) == (2000, 3000)
