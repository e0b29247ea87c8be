"""Holds of a secretary, as far as a service with records whose time can be over must know of them: whom they protect.

identity decides. A hold is on a person, so it protects all their entries. Its event names those that were merged into theirs, and comes
once more when another one is merged.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from kith.identity.facts.v1.facts_pb2 import HoldPlaced, HoldReleased
from libs.access.retention_tables import held_person
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions

_HOLD = insert(held_person).on_conflict_do_nothing()
_RELEASE = delete(held_person).where(held_person.c.hold == bindparam("released"))


async def hold(work: UnitOfWork, hold_id: UUID, entries: Collection[UUID]) -> None:
    """From now on nothing about these entries of a person is disposed of."""
    await work.connection.execute(_HOLD, [{"hold": hold_id, "person": entry} for entry in entries])


async def release(work: UnitOfWork, hold_id: UUID) -> None:
    await work.connection.execute(_RELEASE, {"released": hold_id})


def reactions() -> Reactions:
    """Follows identity's holds."""
    return Reactions("identity", {type_of(HoldPlaced): _on_held, type_of(HoldReleased): _on_released}, ("held_person",))


async def _on_held(work: UnitOfWork, event: Event) -> None:
    message = HoldPlaced.FromString(event.payload)
    await hold(work, UUID(message.hold_id), {UUID(entry) for entry in (message.person_id, *message.merged_ids)})


async def _on_released(work: UnitOfWork, event: Event) -> None:
    await release(work, UUID(HoldReleased.FromString(event.payload).hold_id))
