"""Which credentials people hold, and what each gates: projections of identity's events and of the rulebook in force.

A service has the two tables by its own DDL. Only reactions write them.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, Date, Index, MetaData, Table, Text, Uuid, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1 import facts_pb2 as facts
from libs.database.columns import key, optional, required
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.rulebook import default_credentials

Recheck = Callable[[UnitOfWork, UUID], Awaitable[None]]
"""What a service does once a person's credentials have changed."""

_metadata = MetaData()
held_credential = Table(
    "held_credential",
    _metadata,
    key("id", Uuid),
    required("person", Uuid),
    required("kind", Text),
    optional("expires_on", Date),
    Index("held_credential_by_person", "person"),
)
credential_rule = Table("credential_rule", _metadata, key("kind", Text), required("gates", ARRAY(Text)))

_HOLD = insert(held_credential)
_SET_HELD = _HOLD.on_conflict_do_update(index_elements=["id"], set_={"expires_on": _HOLD.excluded.expires_on})
_HELD = select(held_credential).where(held_credential.c.person == bindparam("of")).order_by(held_credential.c.kind, held_credential.c.id)
_HELD_BY = select(held_credential).where(held_credential.c.person == func.any(bindparam("of"))).order_by(held_credential.c.kind)
_DROP = delete(held_credential).where(held_credential.c.id == bindparam("dropped"))
_MOVE = update(held_credential).where(held_credential.c.person == bindparam("other")).values(person=bindparam("kept"))
_RULES = select(credential_rule.c.kind, credential_rule.c.gates).order_by(credential_rule.c.kind)
_CLEAR_RULES = delete(credential_rule)
_ADD_RULES = insert(credential_rule)


@dataclass(frozen=True)
class HeldCredential:
    """A verified credential, with its last day if it has one."""

    id: UUID
    person: UUID
    kind: str
    expires_on: date | None


_to_held = row_mapper(HeldCredential)


async def list_of(work: UnitOfWork, person: UUID) -> list[HeldCredential]:
    return list(map(_to_held, await work.connection.execute(_HELD, {"of": person})))


async def list_of_many(work: UnitOfWork, people: Collection[UUID]) -> Mapping[UUID, Sequence[HeldCredential]]:
    """Of each of them, nothing for who has none."""
    held: defaultdict[UUID, list[HeldCredential]] = defaultdict(list)
    for row in await work.connection.execute(_HELD_BY, {"of": list(people)}):
        held[row.person].append(_to_held(row))
    return held


async def get_rules(work: UnitOfWork) -> dict[str, tuple[str, ...]]:
    """What each kind of credential gates, by the rulebook in force; the usual ones while no rulebook has said otherwise."""
    rules = {row.kind: tuple(row.gates) for row in await work.connection.execute(_RULES)}
    return rules or {kind.key: tuple(gate.value for gate in kind.gates) for kind in default_credentials()}


async def replace_rules(work: UnitOfWork, adopted: RulebookAdopted) -> None:
    await work.connection.execute(_CLEAR_RULES)
    if adopted.credentials:
        await work.connection.execute(_ADD_RULES, [{"kind": rule.key, "gates": list(rule.gates)} for rule in adopted.credentials])


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Makes the credentials of an entry that was merged those of the entry in use."""
    await work.connection.execute(_MOVE, {"other": other, "kept": kept})


def reactions(recheck: Recheck) -> Reactions:
    """To identity's events about credentials. `recheck` comes after each change but one: who renews loses nothing in between."""

    async def on_verified(work: UnitOfWork, event: Event) -> None:
        message = facts.CredentialVerified.FromString(event.payload)
        person = UUID(message.person_id)
        expires_on = date.fromisoformat(message.expires_on) if message.expires_on else None
        held = {"id": UUID(message.credential_id), "person": person, "kind": message.kind, "expires_on": expires_on}
        await work.connection.execute(_SET_HELD, held)
        await recheck(work, person)

    async def on_ended(work: UnitOfWork, event: Event) -> None:
        # Revoked and expired say it in the same fields, and so does renewed.
        message = facts.CredentialRevoked.FromString(event.payload)
        await work.connection.execute(_DROP, {"dropped": UUID(message.credential_id)})
        await recheck(work, UUID(message.person_id))

    async def on_renewed(work: UnitOfWork, event: Event) -> None:
        # The one in its place is checked when it is verified.
        message = facts.CredentialRenewed.FromString(event.payload)
        await work.connection.execute(_DROP, {"dropped": UUID(message.credential_id)})

    return Reactions(
        "identity",
        {
            type_of(facts.CredentialVerified): on_verified,
            type_of(facts.CredentialRevoked): on_ended,
            type_of(facts.CredentialRenewed): on_renewed,
            type_of(facts.CredentialExpired): on_ended,
        },
        ("held_credential",),
    )
