"""What every member may read of a closed period: pay against overhead, without a line that says what one person gets or pays.

A line is shown where enough people are in it. Of the sums some lines follow from the others, so that none is hidden alone:

- with too few workers, or too few people who are visited, nothing is shown but how many there are;
- with too few workers who were paid for travel or waiting, that pay is part of the line of pay.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class PayPeriod:
    """A closed period and its sums: visits, people, and pence.

    `workers` are those who got money, `persons` those for whom money is owed: volunteers hide nobody's pay. `travellers` are workers who
    were paid for travel or waiting.
    """

    id: UUID
    first_day: date
    last_day: date
    closed_at: datetime
    closed_by: UUID
    fewest_in_line: int
    visits: int
    persons: int
    workers: int
    travellers: int
    price: int
    care_pay: int
    travel_pay: int


@dataclass(frozen=True)
class OpenStatement:
    """`pay` is for care, and for travel too where `travel_pay` is None. Price = pay + travel pay + overhead, which may be negative."""

    price: int
    pay: int
    travel_pay: int | None
    overhead: int


def open_statement(period: PayPeriod) -> OpenStatement | None:
    """None where too few people are in it."""
    fewest = period.fewest_in_line
    if min(period.workers, period.persons) < fewest:
        return None
    pay = period.care_pay + period.travel_pay
    overhead = period.price - pay
    if period.travellers < fewest:
        return OpenStatement(period.price, pay, None, overhead)
    return OpenStatement(period.price, period.care_pay, period.travel_pay, overhead)
