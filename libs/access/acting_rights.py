"""The rights to act, one row for each scope of a relationship in force: identity's own state, and a projection of its events elsewhere.

Every service that answers those who act follows the same events with `reactions`, so that a right means the same in all of them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert

from kith.identity.facts.v1.facts_pb2 import RelationshipEnded, RelationshipStarted
from libs.access.access_tables import acting_right
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions

_RIGHT = acting_right.c
_ADD = insert(acting_right).on_conflict_do_nothing()
_END = (
    update(acting_right)
    .where(_RIGHT.relationship == bindparam("ended"), _RIGHT.ended_at.is_(None))
    .values(ended_at=bindparam("at", type_=MOMENT))
)


async def add(
    work: UnitOfWork, relationship: UUID, holder: UUID, subject: UUID, scopes: Sequence[str], begins: datetime, ends: datetime | None
) -> None:
    """Of a relationship in force, from the moment `begins` until just before `ends`."""
    row: dict[str, object] = {"relationship": relationship, "holder": holder, "subject": subject, "valid_from": begins, "valid_until": ends}
    await work.connection.execute(_ADD, [row | {"scope": scope} for scope in scopes])


async def end(work: UnitOfWork, relationship: UUID, at: datetime) -> None:
    await work.connection.execute(_END, {"ended": relationship, "at": at})


def reactions() -> Reactions:
    """The reactions to identity's events, for every service but identity that answers those who act."""
    handlers = {type_of(RelationshipStarted): _on_started, type_of(RelationshipEnded): _on_ended}
    return Reactions("identity", handlers, (acting_right.name,))


async def _on_started(work: UnitOfWork, event: Event) -> None:
    message = RelationshipStarted.FromString(event.payload)
    ends = message.valid_until.ToDatetime(tzinfo=UTC) if message.HasField("valid_until") else None
    parties = UUID(message.holder_id), UUID(message.subject_id)
    await add(work, UUID(message.relationship_id), *parties, message.scopes, message.valid_from.ToDatetime(tzinfo=UTC), ends)


async def _on_ended(work: UnitOfWork, event: Event) -> None:
    # The time of the event, not of its arrival, so that a rebuilt table equals the original.
    await end(work, UUID(RelationshipEnded.FromString(event.payload).relationship_id), event.at)
