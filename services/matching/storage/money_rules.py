"""The shares of the rulebook in force, by which quotes are made: a projection, which only reactions write."""

from fractions import Fraction

from sqlalchemy import delete, insert, select

from libs.database.engine import UnitOfWork
from libs.rulebook import MoneyRules
from libs.rulebook.fraction_text import format_fraction
from services.matching.storage.tables import money_rule

_RULES = select(money_rule)
_CLEAR = delete(money_rule)
_SET = insert(money_rule)


async def replace_money_rules(work: UnitOfWork, rules: MoneyRules | None) -> None:
    """None for a rulebook without shares."""
    await work.connection.execute(_CLEAR)
    if rules is not None:
        values = {
            "payer_adds": format_fraction(rules.payer_adds),
            "worker_gives": format_fraction(rules.worker_gives),
            "travel_pence_a_km": rules.travel_pence_a_km,
            "travel_pence_a_minute": rules.travel_pence_a_minute,
        }
        await work.connection.execute(_SET, values)


async def find_money_rules(work: UnitOfWork) -> MoneyRules | None:
    """None while no rulebook with shares is in force."""
    row = (await work.connection.execute(_RULES)).first()
    if row is None:
        return None
    shares = Fraction(row.payer_adds), Fraction(row.worker_gives)
    return MoneyRules(*shares, row.travel_pence_a_km, row.travel_pence_a_minute)
