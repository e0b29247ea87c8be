"""Events that identity publishes."""

from collections.abc import Iterable
from uuid import UUID

from kith.identity.facts.v1 import facts_pb2 as facts
from libs.database.engine import UnitOfWork
from libs.messages import outbox


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


async def recovery_helper_named(work: UnitOfWork, person: UUID, helper: UUID) -> None:
    await outbox.publish(work, (facts.RecoveryHelperNamed(person_id=str(person), helper_id=str(helper)), str(person)))


async def recovery_helper_accepted(work: UnitOfWork, person: UUID, helper: UUID) -> None:
    await outbox.publish(work, (facts.RecoveryHelperAccepted(person_id=str(person), helper_id=str(helper)), str(person)))


async def recovery_help_ended(work: UnitOfWork, person: UUID, helper: UUID, why: str) -> None:
    await outbox.publish(work, (facts.RecoveryHelpEnded(person_id=str(person), helper_id=str(helper), why=why), str(person)))


async def recovery_requested(work: UnitOfWork, person: UUID, helpers: Iterable[UUID]) -> None:
    """The person hears of it, and each helper is asked."""
    subject = str(person)
    await outbox.publish(
        work,
        (facts.RecoveryRequested(person_id=subject), subject),
        *((facts.RecoveryVouchWanted(person_id=subject, helper_id=str(helper)), subject) for helper in helpers),
    )


async def recovery_vouched(work: UnitOfWork, person: UUID, helper: UUID) -> None:
    await outbox.publish(work, (facts.RecoveryVouched(person_id=str(person), helper_id=str(helper)), str(person)))


async def recovery_stopped(work: UnitOfWork, person: UUID) -> None:
    await outbox.publish(work, (facts.RecoveryStopped(person_id=str(person)), str(person)))


async def person_recovered(work: UnitOfWork, person: UUID, helpers: Iterable[UUID]) -> None:
    event = facts.PersonRecovered(person_id=str(person), helper_ids=[str(helper) for helper in helpers])
    await outbox.publish(work, (event, str(person)))
