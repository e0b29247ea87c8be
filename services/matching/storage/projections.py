"""Projections of other services' events: who there is, who is a member, and how people find one another. Only reactions write them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from libs.access.acting_audit import CatchUp
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from libs.rulebook import MatchingRules
from services.matching.storage.tables import current_member, known_person, matching_rule

_MEMBER = insert(current_member)
_SET_MEMBER = _MEMBER.on_conflict_do_update(index_elements=["person"], set_={"until": _MEMBER.excluded.until})
_IS_MEMBER = select(current_member.c.person).where(
    current_member.c.person == bindparam("of"), or_(current_member.c.until.is_(None), current_member.c.until > bindparam("now"))
)
_FORGET_MEMBER = delete(current_member).where(current_member.c.person == bindparam("of"))
_ADD_PERSON = insert(known_person).on_conflict_do_nothing()
_KNOWN = select(known_person.c.person).where(known_person.c.person == bindparam("of"))
_MATCHING = select(matching_rule)
_INSERT_MATCHING = insert(matching_rule)
_SET_MATCHING = _INSERT_MATCHING.on_conflict_do_update(
    index_elements=["only_one"],
    set_={column.name: _INSERT_MATCHING.excluded[column.name] for column in matching_rule.c if column.name != "only_one"},
)


_to_rules = row_mapper(MatchingRules)


async def add_person(work: UnitOfWork, person: UUID) -> None:
    """Identity has registered them."""
    await work.connection.execute(_ADD_PERSON, {"person": person})


async def hear_of(work: UnitOfWork, person: UUID, catch_up: CatchUp) -> None:
    """Who was registered a moment ago is known once what identity has published was heard.

    Before anything is locked, as what is heard may be a merge, which locks. Raises Unavailable SOURCE_AWAY.
    """
    if not await _is_known(work, person):
        await catch_up()


async def require_known(work: UnitOfWork, person: UUID) -> None:
    """Raises NotFound PERSON_UNKNOWN for who was never registered, or is erased."""
    if not await _is_known(work, person):
        raise NotFound("PERSON_UNKNOWN")


async def _is_known(work: UnitOfWork, person: UUID) -> bool:
    return (await work.connection.execute(_KNOWN, {"of": person})).first() is not None


async def set_member(work: UnitOfWork, person: UUID, until: datetime | None) -> None:
    """`until` is the first moment at which they are no longer a member."""
    await work.connection.execute(_SET_MEMBER, {"person": person, "until": until})


async def forget_member(work: UnitOfWork, person: UUID) -> None:
    """This entry is of no member; another one of the same person may be."""
    await work.connection.execute(_FORGET_MEMBER, {"of": person})


async def is_member(work: UnitOfWork, person: UUID, *, lock: bool = False) -> bool:
    """With `lock` what they do at the same time is done one after the other."""
    statement = _IS_MEMBER.with_for_update() if lock else _IS_MEMBER
    return (await work.connection.execute(statement, {"of": person, "now": work.now})).first() is not None


async def replace_matching_rules(work: UnitOfWork, rules: MatchingRules) -> None:
    await work.connection.execute(_SET_MATCHING, values_of(rules))


async def get_matching_rules(work: UnitOfWork) -> MatchingRules:
    """Of the rulebook in force; as usual while none has said otherwise."""
    row = (await work.connection.execute(_MATCHING)).first()
    return _to_rules(row) if row else MatchingRules()
