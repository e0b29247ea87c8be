"""Projections of other services' events: who is a member, and who has which credential. Only reactions write them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.database.shared_tables import position
from libs.rulebook import MatchingRules, default_credentials
from services.matching.storage.tables import credential_rule, current_member, held_credential, matching_rule

_MEMBER = insert(current_member)
_SET_MEMBER = _MEMBER.on_conflict_do_update(index_elements=["person"], set_={"until": _MEMBER.excluded.until})
_IS_MEMBER = select(current_member.c.person).where(
    current_member.c.person == bindparam("of"), or_(current_member.c.until.is_(None), current_member.c.until > bindparam("now"))
)
_FORGET_MEMBER = delete(current_member).where(current_member.c.person == bindparam("of"))
_HOLD = insert(held_credential)
_SET_HELD = _HOLD.on_conflict_do_update(index_elements=["id"], set_={"expires_on": _HOLD.excluded.expires_on})
_HELD = select(held_credential).where(held_credential.c.person == bindparam("of")).order_by(held_credential.c.kind, held_credential.c.id)
_HELD_BY = select(held_credential).where(held_credential.c.person == func.any(bindparam("of"))).order_by(held_credential.c.kind)
_DROP = delete(held_credential).where(held_credential.c.id == bindparam("dropped"))
_MOVE = update(held_credential).where(held_credential.c.person == bindparam("other")).values(person=bindparam("kept"))
_RULES = select(credential_rule.c.kind, credential_rule.c.gates).order_by(credential_rule.c.kind)
_MATCHING = select(matching_rule)
_INSERT_MATCHING = insert(matching_rule)
_SET_MATCHING = _INSERT_MATCHING.on_conflict_do_update(
    index_elements=["only_one"],
    set_={column.name: _INSERT_MATCHING.excluded[column.name] for column in matching_rule.c if column.name != "only_one"},
)
_CLEAR_RULES = delete(credential_rule)
_ADD_RULES = insert(credential_rule)


_POSITION = select(position.c.n).where(position.c.source == bindparam("of"))


@dataclass(frozen=True)
class HeldCredential:
    """A verified credential, with its last day if it has one."""

    id: UUID
    person: UUID
    kind: str
    expires_on: date | None


_to_rules = row_mapper(MatchingRules)
_to_held = row_mapper(HeldCredential)


async def set_member(work: UnitOfWork, person: UUID, until: datetime | None) -> None:
    """`until` is the first moment at which they are no longer a member."""
    await work.connection.execute(_SET_MEMBER, {"person": person, "until": until})


async def forget_member(work: UnitOfWork, person: UUID) -> None:
    """This entry is of no member; another one of the same person may be."""
    await work.connection.execute(_FORGET_MEMBER, {"of": person})


async def is_member(work: UnitOfWork, person: UUID) -> bool:
    return (await work.connection.execute(_IS_MEMBER, {"of": person, "now": work.now})).first() is not None


async def position_of(work: UnitOfWork, source: str) -> int:
    """The number of the source's last event that is in our tables; less than its head while they are rebuilt."""
    return int((await work.connection.execute(_POSITION, {"of": source})).scalar() or 0)


async def hold_credential(work: UnitOfWork, held: HeldCredential) -> None:
    values = {"id": held.id, "person": held.person, "kind": held.kind, "expires_on": held.expires_on}
    await work.connection.execute(_SET_HELD, values)


async def list_credentials(work: UnitOfWork, person: UUID) -> list[HeldCredential]:
    return list(map(_to_held, await work.connection.execute(_HELD, {"of": person})))


async def list_credentials_of(work: UnitOfWork, people: Collection[UUID]) -> Mapping[UUID, Sequence[HeldCredential]]:
    """Of each of them, nothing for who has none."""
    held: defaultdict[UUID, list[HeldCredential]] = defaultdict(list)
    for row in await work.connection.execute(_HELD_BY, {"of": list(people)}):
        held[row.person].append(_to_held(row))
    return held


async def drop_credential(work: UnitOfWork, credential: UUID) -> None:
    await work.connection.execute(_DROP, {"dropped": credential})


async def move_credentials(work: UnitOfWork, other: UUID, kept: UUID) -> None:
    """Makes the credentials of an entry that was merged those of the entry in use."""
    await work.connection.execute(_MOVE, {"other": other, "kept": kept})


async def replace_credential_rules(work: UnitOfWork, gates: Mapping[str, Sequence[str]]) -> None:
    await work.connection.execute(_CLEAR_RULES)
    if gates:
        await work.connection.execute(_ADD_RULES, [{"kind": kind, "gates": list(names)} for kind, names in gates.items()])


async def replace_matching_rules(work: UnitOfWork, rules: MatchingRules) -> None:
    await work.connection.execute(_SET_MATCHING, values_of(rules))


async def get_matching_rules(work: UnitOfWork) -> MatchingRules:
    """Of the rulebook in force; as usual while none has said otherwise."""
    row = (await work.connection.execute(_MATCHING)).first()
    return _to_rules(row) if row else MatchingRules()


async def get_credential_rules(work: UnitOfWork) -> dict[str, tuple[str, ...]]:
    """What each kind of credential gates, by the rulebook in force; the usual ones while no rulebook has said otherwise."""
    rules = {row.kind: tuple(row.gates) for row in await work.connection.execute(_RULES)}
    return rules or {kind.key: tuple(gate.value for gate in kind.gates) for kind in default_credentials()}
