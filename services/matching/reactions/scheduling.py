"""Events of scheduling: visits that somebody left need nobody to be looked for any more."""

from datetime import UTC
from uuid import UUID

from kith.scheduling.facts.v1.facts_pb2 import CoverSettled
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.matching.commands.close_covered import close_covered


async def _on_settled(work: UnitOfWork, event: Event) -> None:
    message = CoverSettled.FromString(event.payload)
    await close_covered(work, UUID(message.person_id), UUID(message.worker_id), message.left_at.ToDatetime(tzinfo=UTC))


REACTIONS = Reactions("scheduling", {type_of(CoverSettled): _on_settled}, ())
