"""What the rulebook in force says of referrals: a projection, which only reactions write."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.rulebook import PartnerRules
from services.matching.storage.partner_tables import partner_rule

_RULES = select(partner_rule)
_INSERT = insert(partner_rule)
_SET = _INSERT.on_conflict_do_update(index_elements=["only_one"], set_={"answer_days": _INSERT.excluded.answer_days})

_to_rules = row_mapper(PartnerRules)


async def get_partner_rules(work: UnitOfWork) -> PartnerRules:
    """As usual while no rulebook has said otherwise."""
    row = (await work.connection.execute(_RULES)).first()
    return _to_rules(row) if row else PartnerRules()


async def replace_partner_rules(work: UnitOfWork, rules: PartnerRules) -> None:
    await work.connection.execute(_SET, values_of(rules))
