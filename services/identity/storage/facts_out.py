"""What identity states."""

from collections.abc import Iterable
from uuid import UUID

from kith.identity.facts.v1 import facts_pb2 as facts
from libs.database.engine import Work
from libs.messages import outbox


async def persons_registered(work: Work, persons: Iterable[UUID]) -> None:
    await outbox.state(work, *((facts.PersonRegistered(person_id=str(one)), str(one)) for one in persons))


async def hat_given(work: Work, person: UUID, hat: str) -> None:
    await outbox.state(work, (facts.HatGiven(person_id=str(person), hat=hat), str(person)))


async def hat_taken(work: Work, person: UUID, hat: str) -> None:
    await outbox.state(work, (facts.HatTaken(person_id=str(person), hat=hat), str(person)))


async def sign_in_code_issued(work: Work, person: UUID, kind: str) -> None:
    await outbox.state(work, (facts.SignInCodeIssued(person_id=str(person), kind=kind), str(person)))
