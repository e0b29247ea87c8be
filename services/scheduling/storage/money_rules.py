"""What each rulebook says of money, from the moment it came into force: a projection, which only reactions write."""

from collections import defaultdict
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import delete, insert, select

from libs.database.engine import UnitOfWork
from libs.rulebook import MoneyRules, PayFloor
from libs.rulebook.fraction_text import format_fraction
from services.scheduling.domain.pay_period import RulesInForce
from services.scheduling.storage.money_tables import money_rule, pay_floor

_RULES = select(money_rule).order_by(money_rule.c.since)
_FLOORS = select(pay_floor).order_by(pay_floor.c.since, pay_floor.c.first_day)


async def add(work: UnitOfWork, since: datetime, rulebook_hash: str, rules: MoneyRules | None) -> None:
    """From `since` on; None for a rulebook without shares."""
    for table in (money_rule, pay_floor):
        await work.connection.execute(delete(table).where(table.c.since == since))
    values = {
        "since": since,
        "rulebook_hash": rulebook_hash,
        "payer_adds": format_fraction(rules.payer_adds) if rules else None,
        "worker_gives": format_fraction(rules.worker_gives) if rules else None,
        "below_floor_with_reason": rules.below_floor_with_reason if rules else False,
        "fewest_in_line": rules.fewest_in_line if rules else MoneyRules.fewest_in_line,
    }
    await work.connection.execute(insert(money_rule), values)
    floors = rules.pay_floors if rules else ()
    for floor in floors:
        row = {"since": since, "first_day": floor.first_day, "pence_an_hour": floor.pence_an_hour}
        await work.connection.execute(insert(pay_floor), row)


async def list_rules(work: UnitOfWork) -> list[RulesInForce]:
    """In the order in which they came into force."""
    floors: defaultdict[datetime, list[PayFloor]] = defaultdict(list)
    for row in await work.connection.execute(_FLOORS):
        first_day: date = row.first_day
        floors[row.since].append(PayFloor(first_day, row.pence_an_hour))
    return [
        RulesInForce(
            row.since,
            row.rulebook_hash,
            Fraction(row.payer_adds) if row.payer_adds else None,
            Fraction(row.worker_gives) if row.worker_gives else None,
            row.below_floor_with_reason,
            row.fewest_in_line,
            tuple(floors[row.since]),
        )
        for row in await work.connection.execute(_RULES)
    ]
