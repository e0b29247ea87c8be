"""Events that identity publishes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.identity.facts.v1 import facts_pb2 as facts
from libs.database.engine import UnitOfWork
from libs.messages import outbox
from services.identity.storage.access_grants import AccessGrant


async def persons_registered(work: UnitOfWork, persons: Iterable[UUID]) -> None:
    await outbox.publish(work, *((facts.PersonRegistered(person_id=str(person)), str(person)) for person in persons))


async def person_corrected(work: UnitOfWork, person: UUID) -> None:
    await outbox.publish(work, (facts.PersonCorrected(person_id=str(person)), str(person)))


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


async def record_changed(work: UnitOfWork, person: UUID, fields: Iterable[str]) -> None:
    await outbox.publish(work, (facts.RecordChanged(person_id=str(person), fields=fields), str(person)))


async def access_given(work: UnitOfWork, grant: AccessGrant) -> None:
    message = facts.AccessGiven(
        grant_id=str(grant.id),
        person_id=str(grant.subject),
        field=grant.field,
        audience_kind=grant.audience_kind,
        audience=grant.audience,
        valid_from=_timestamp(grant.valid_from),
        valid_until=_timestamp(grant.valid_until) if grant.valid_until else None,
    )
    await outbox.publish(work, (message, str(grant.subject)))


async def access_ended(work: UnitOfWork, person: UUID, grant: UUID, why: str) -> None:
    """`person` gave it."""
    await outbox.publish(work, (facts.AccessEnded(grant_id=str(grant), person_id=str(person), why=why), str(person)))


def _timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message
