"""What the rulebook in force says of credentials, as governance published it."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.rulebook import default_credentials
from services.identity.domain.credential import CredentialRule
from services.identity.storage.tables import credential_rule

_LIST = select(credential_rule).order_by(credential_rule.c.place)
_CLEAR = delete(credential_rule)
_ADD = insert(credential_rule)
_to_rule = row_mapper(CredentialRule)


async def in_force(work: UnitOfWork) -> tuple[CredentialRule, ...]:
    """In the order of the rulebook; the usual ones while no rulebook has said otherwise."""
    rules = tuple(map(_to_rule, await work.connection.execute(_LIST)))
    return rules or tuple(map(CredentialRule.of, default_credentials()))


async def replace_all(work: UnitOfWork, rules: Sequence[CredentialRule]) -> None:
    await work.connection.execute(_CLEAR)
    if rules:
        await work.connection.execute(_ADD, [values_of(rule) | {"place": place} for place, rule in enumerate(rules)])
