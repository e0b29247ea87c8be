"""Quotes: lines that sum in whole pence, by the rulebook's shares, and to the penny what a settlement says afterwards."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.matching.v1.enums import QuoteLine, WorksAs
from libs.rulebook import MoneyRules, read_rulebook, templates
from services.matching.domain.quote import ExpectedVisit, quote_hour, quote_week
from services.scheduling.domain.settlement import Engagement, Visit, Worker, settle

SHARES = st.fractions(0, 1, max_denominator=1000)
RULES = st.builds(MoneyRules, SHARES, SHARES, st.integers(0, 100), st.integers(0, 100))
VISITS = st.lists(st.builds(ExpectedVisit, st.integers(1, 1440), st.integers(0, 200), st.integers(0, 300), st.integers(1, 14)), max_size=8)
RATES = st.integers(0, 100_000)


@pytest.mark.capability("T4")
def test_an_hour_says_what_is_pay_and_what_is_the_co_ops_by_the_rulebook() -> None:
    rules = read_rulebook(templates.template_text("equal-care-like")).money
    assert rules is not None
    hour = quote_hour(rules, WorksAs.SELF_EMPLOYED, 1566)
    # 1566 + 17.5 % = 1840.05; 1566 - 7.5 % = 1448.55.
    assert hour.price == 1840
    assert hour.lines == ((QuoteLine.PAY, 1449), (QuoteLine.WORKER_GIVES, 117), (QuoteLine.PAYER_ADDS, 274))


def test_an_employed_persons_contract_says_what_of_the_rate_is_pay() -> None:
    hour = quote_hour(MoneyRules(Fraction(1, 10), Fraction(1, 2)), WorksAs.EMPLOYED, 1500)
    assert hour.lines == ((QuoteLine.WAGES, 1500), (QuoteLine.PAYER_ADDS, 150))


def test_a_volunteer_costs_their_travel() -> None:
    rules = MoneyRules(Fraction(1, 10), Fraction(1, 10), travel_pence_a_km=28, travel_pence_a_minute=3)
    week = quote_week(rules, WorksAs.VOLUNTEER, 0, [ExpectedVisit(60, travel_km=5, travel_minutes=10, times=2)])
    assert (week.price, week.lines) == (340, ((QuoteLine.TRAVEL, 340),))


@pytest.mark.capability("T4")
@given(RULES, st.sampled_from(WorksAs), RATES, VISITS)
def test_lines_sum_to_the_price_and_none_is_below_nothing(
    rules: MoneyRules, works_as: WorksAs, rate: int, visits: list[ExpectedVisit]
) -> None:
    week = quote_week(rules, works_as, rate, visits)
    assert week.price == sum(pence for _, pence in week.lines)
    assert all(pence > 0 for _, pence in week.lines)


@given(RULES, RATES, VISITS)
def test_a_settlement_of_the_same_visits_comes_to_the_same_pence(rules: MoneyRules, rate: int, expected: list[ExpectedVisit]) -> None:
    happened = [visit for visit in expected for _ in range(visit.times)]
    visits = [
        Visit(str(n), "w", visit.minutes, confirmed=True, travel=0, waiting=0, payers=[("p", Fraction(1))])
        for n, visit in enumerate(happened)
    ]
    settled = settle(rules.payer_adds, rules.worker_gives, [Worker("w", Engagement.SELF_EMPLOYED, rate)], visits)
    lines = dict(quote_week(rules, WorksAs.SELF_EMPLOYED, rate, expected).lines)

    assert lines.get(QuoteLine.PAY, 0) == settled.workers["w"].pence
    assert lines.get(QuoteLine.WORKER_GIVES, 0) + lines.get(QuoteLine.PAYER_ADDS, 0) == settled.co_op
