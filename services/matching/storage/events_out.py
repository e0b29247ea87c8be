"""Events that matching publishes."""

from uuid import UUID

from kith.matching.facts.v1 import facts_pb2 as facts
from libs.access.audit_chain import ChainHead
from libs.database.engine import UnitOfWork
from libs.messages import outbox


async def support_profile_changed(work: UnitOfWork, person: UUID, side: str, *, is_open: bool) -> None:
    event = facts.SupportProfileChanged(person_id=str(person), side=side, open=is_open)
    await outbox.publish(work, (event, str(person)))


async def read_audit_sealed(work: UnitOfWork, head: ChainHead) -> None:
    await outbox.publish(work, (facts.ReadAuditSealed(number=head.number, chain=head.chain), str(head.number)))
