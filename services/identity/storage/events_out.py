"""Events that identity publishes."""

from collections.abc import Iterable
from uuid import UUID

from kith.identity.facts.v1 import facts_pb2 as facts
from libs.database.engine import UnitOfWork
from libs.messages import outbox
from services.identity.domain.data_request import DataRequest


async def persons_registered(work: UnitOfWork, persons: Iterable[UUID]) -> None:
    await outbox.publish(work, *((facts.PersonRegistered(person_id=str(person)), str(person)) for person in persons))


async def person_corrected(work: UnitOfWork, person: UUID) -> None:
    await outbox.publish(work, (facts.PersonCorrected(person_id=str(person)), str(person)))


async def persons_merged(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    await outbox.publish(work, (facts.PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)), str(kept)))


async def hat_given(work: UnitOfWork, person: UUID, hat: str) -> None:
    await outbox.publish(work, (facts.HatGiven(person_id=str(person), hat=hat), str(person)))


async def hat_taken(work: UnitOfWork, person: UUID, hat: str) -> None:
    await outbox.publish(work, (facts.HatTaken(person_id=str(person), hat=hat), str(person)))


async def sessions_ended(work: UnitOfWork, person: UUID, sessions: Iterable[UUID], why: str) -> None:
    """Nothing when no session ended. Subscribers read it off the bus as it passes: it is published before what makes people look."""
    if ids := [str(session) for session in sessions]:
        await outbox.publish(work, (facts.SessionsEnded(person_id=str(person), session_ids=ids, why=why), str(person)))


async def password_set(work: UnitOfWork, person: UUID) -> None:
    await outbox.publish(work, (facts.PasswordSet(person_id=str(person)), str(person)))


async def sign_in_codes_revoked(work: UnitOfWork, person: UUID, *, password_removed: bool) -> None:
    await outbox.publish(work, (facts.SignInCodesRevoked(person_id=str(person), password_removed=password_removed), str(person)))


async def sign_in_code_issued(work: UnitOfWork, person: UUID, kind: str) -> None:
    await outbox.publish(work, (facts.SignInCodeIssued(person_id=str(person), kind=kind), str(person)))


async def data_asked(work: UnitOfWork, request: DataRequest) -> None:
    event = facts.DataAsked(data_request_id=str(request.id), person_id=str(request.person), due_day=request.due_day.isoformat())
    await outbox.publish(work, (event, str(request.person)))


async def data_request_waits(work: UnitOfWork, request: DataRequest) -> None:
    event = facts.DataRequestWaits(data_request_id=str(request.id), person_id=str(request.person), due_day=request.due_day.isoformat())
    await outbox.publish(work, (event, str(request.person)))


async def data_request_answered(work: UnitOfWork, request: DataRequest) -> None:
    event = facts.DataRequestAnswered(data_request_id=str(request.id), person_id=str(request.person))
    await outbox.publish(work, (event, str(request.person)))
