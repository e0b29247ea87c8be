"""What support costs and who gets which part of it, before anybody agrees to it.

The lines of a quote sum to its price in whole pence. What is paid for care is rounded as `kith settle` rounds it (`libs.money`), for one
visit at a time, so that a visit that takes as long as was quoted costs what was quoted. docs/formats/quote.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kith.matching.v1.enums import QuoteLine, WorksAs
from libs.money import pay_of, price_of
from libs.rulebook import MoneyRules


@dataclass(frozen=True)
class ExpectedVisit:
    """A visit that happens `times` in a week: minutes of care, and what the worker travels for it."""

    minutes: int
    travel_km: int = 0
    travel_minutes: int = 0
    times: int = 1


@dataclass(frozen=True)
class Quote:
    """Whole pence, none below 0. Lines of 0 are left out."""

    price: int
    lines: tuple[tuple[QuoteLine, int], ...]


def quote_hour(rules: MoneyRules, works_as: WorksAs, rate: int) -> Quote:
    """An hour of care without travel. `rate` is in pence an hour, and 0 for a volunteer."""
    return quote_week(rules, works_as, rate, [ExpectedVisit(60)])


def quote_week(rules: MoneyRules, works_as: WorksAs, rate: int, visits: Sequence[ExpectedVisit]) -> Quote:
    """All visits of a week. `rate` is in pence an hour, and 0 for a volunteer."""
    amounts = dict.fromkeys(QuoteLine, 0)
    for visit in visits:
        for line, pence in _visit_lines(rules, works_as, rate, visit).items():
            amounts[line] += pence * visit.times
    return Quote(sum(amounts.values()), tuple((line, pence) for line, pence in amounts.items() if pence))


def _visit_lines(rules: MoneyRules, works_as: WorksAs, rate: int, visit: ExpectedVisit) -> dict[QuoteLine, int]:
    price = price_of(rate, visit.minutes, rules.payer_adds)
    care = pay_of(rate, visit.minutes)
    travel = rules.travel_pence_a_km * visit.travel_km + rules.travel_pence_a_minute * visit.travel_minutes
    lines = {QuoteLine.PAYER_ADDS: price - care, QuoteLine.TRAVEL: travel}
    # Matching does not know what an employed person is paid; their contract does.
    if works_as is WorksAs.EMPLOYED:
        return {QuoteLine.WAGES: care, **lines}
    pay = pay_of(rate, visit.minutes, rules.worker_gives)
    # Differences, never roundings of their own, so that the lines sum.
    return {QuoteLine.PAY: pay, QuoteLine.WORKER_GIVES: care - pay, **lines}
