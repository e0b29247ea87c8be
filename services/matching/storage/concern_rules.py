"""How long the steps of a concern are, by the rulebook in force: a projection, which only reactions write."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.rulebook import ConcernRules
from services.matching.storage.tables import concern_rule

_RULES = select(concern_rule)
_INSERT = insert(concern_rule)
_SET = _INSERT.on_conflict_do_update(
    index_elements=["only_one"], set_={column.name: _INSERT.excluded[column.name] for column in concern_rule.c if column.name != "only_one"}
)
_to_rules = row_mapper(ConcernRules)


async def replace_concern_rules(work: UnitOfWork, rules: ConcernRules) -> None:
    await work.connection.execute(_SET, values_of(rules))


async def get_concern_rules(work: UnitOfWork) -> ConcernRules:
    """As usual while no rulebook has said otherwise."""
    row = (await work.connection.execute(_RULES)).first()
    return _to_rules(row) if row else ConcernRules()
