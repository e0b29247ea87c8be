"""Events that identity publishes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kith.identity.facts.v1 import facts_pb2 as facts
from kith.identity.v1.enums import DataRequestKind
from libs.access.audit_chain import ChainHead
from libs.access.consents import GivenConsent
from libs.database.engine import UnitOfWork
from libs.messages import outbox
from services.identity.domain.credential import Credential
from services.identity.domain.data_request import DataRequest
from services.identity.domain.emergency_access import EmergencyAccess
from services.identity.domain.erasure import Erasure
from services.identity.domain.person_hold import PersonHold
from services.identity.domain.relationship import Relationship
from services.identity.domain.session import Help, Session
from services.identity.storage.access_grants import AccessGrant


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


async def signed_in_on_new_device(work: UnitOfWork, session: Session) -> None:
    message = facts.SignedInOnNewDevice(
        person_id=str(session.person), session_id=str(session.id), device_kind=session.device_kind, device_use=session.device_use
    )
    await outbox.publish(work, (message, str(session.person)))


async def help_began(work: UnitOfWork, session: Session, help_: Help) -> None:
    person = str(session.person)
    message = facts.HelpBegan(person_id=person, helper_id=str(help_.helper), session_id=str(session.id), kind=help_.kind.value)
    await outbox.publish(work, (message, person))


async def password_set(work: UnitOfWork, person: UUID) -> None:
    await outbox.publish(work, (facts.PasswordSet(person_id=str(person)), str(person)))


async def sign_in_codes_revoked(work: UnitOfWork, person: UUID, *, password_removed: bool) -> None:
    await outbox.publish(work, (facts.SignInCodesRevoked(person_id=str(person), password_removed=password_removed), str(person)))


async def sign_in_code_issued(work: UnitOfWork, person: UUID, kind: str) -> None:
    await outbox.publish(work, (facts.SignInCodeIssued(person_id=str(person), kind=kind), str(person)))


async def data_asked(work: UnitOfWork, request: DataRequest) -> None:
    about = {"data_request_id": str(request.id), "person_id": str(request.person), "due_day": request.due_day.isoformat()}
    event = facts.ErasureAsked(**about) if request.kind is DataRequestKind.ERASURE else facts.DataAsked(**about)
    await outbox.publish(work, (event, str(request.person)))


async def data_request_waits(work: UnitOfWork, request: DataRequest) -> None:
    about = {"data_request_id": str(request.id), "person_id": str(request.person), "due_day": request.due_day.isoformat()}
    event = facts.ErasureWaits(**about) if request.kind is DataRequestKind.ERASURE else facts.DataRequestWaits(**about)
    await outbox.publish(work, (event, str(request.person)))


async def person_erased(work: UnitOfWork, erasure: Erasure) -> None:
    event = facts.PersonErased(erasure_id=str(erasure.id), person_ids=map(str, erasure.entries))
    await outbox.publish(work, (event, str(erasure.person)))


async def erasure_finished(work: UnitOfWork, erasure: Erasure) -> None:
    event = facts.ErasureFinished(erasure_id=str(erasure.id), person_ids=map(str, erasure.entries))
    await outbox.publish(work, (event, str(erasure.person)))


async def hold_placed(work: UnitOfWork, hold: PersonHold, entries: Iterable[UUID]) -> None:
    """`entries` are the person's id and those of the entries that were merged into theirs."""
    await hold_widened(work, hold, entries)
    if hold.shown:
        await outbox.publish(work, (facts.HoldNoticed(hold_id=str(hold.id), person_id=str(hold.person)), str(hold.person)))


async def hold_widened(work: UnitOfWork, hold: PersonHold, entries: Iterable[UUID]) -> None:
    """It protects these entries too, which the person is not told once more."""
    merged = (str(entry) for entry in entries if entry != hold.person)
    event = facts.HoldPlaced(hold_id=str(hold.id), person_id=str(hold.person), merged_ids=merged)
    await outbox.publish(work, (event, str(hold.person)))


async def hold_reviewed(work: UnitOfWork, hold: PersonHold) -> None:
    event = facts.HoldReviewed(hold_id=str(hold.id), person_id=str(hold.person), review_day=hold.review_on.isoformat())
    await outbox.publish(work, (event, str(hold.person)))


async def hold_released(work: UnitOfWork, hold: PersonHold) -> None:
    event = facts.HoldReleased(hold_id=str(hold.id), person_id=str(hold.person))
    notice = facts.HoldNoticed(hold_id=str(hold.id), person_id=str(hold.person), released=True)
    await outbox.publish(work, (event, str(hold.person)), *([(notice, str(hold.person))] if hold.shown else []))


async def hold_due(work: UnitOfWork, hold: PersonHold, secretary: UUID | None = None) -> None:
    """For this secretary; without one, for all."""
    event = facts.HoldDue(
        hold_id=str(hold.id), person_id=str(hold.person), review_day=hold.review_on.isoformat(), secretary_id=str(secretary or "")
    )
    await outbox.publish(work, (event, str(hold.person)))


async def data_request_answered(work: UnitOfWork, request: DataRequest) -> None:
    event = facts.DataRequestAnswered(data_request_id=str(request.id), person_id=str(request.person))
    await outbox.publish(work, (event, str(request.person)))


async def read_audit_sealed(work: UnitOfWork, head: ChainHead) -> None:
    await outbox.publish(work, (facts.ReadAuditSealed(number=head.number, chain=head.chain), str(head.number)))


async def emergency_access_opened(work: UnitOfWork, access: EmergencyAccess) -> None:
    message = facts.EmergencyAccessOpened(
        access_id=str(access.id), person_id=str(access.subject), reader_id=str(access.reader), ends_at=access.ends_at.isoformat()
    )
    await outbox.publish(work, (message, str(access.id)))


async def emergency_access_reviewed(work: UnitOfWork, access: UUID, reviewer: UUID) -> None:
    await outbox.publish(work, (facts.EmergencyAccessReviewed(access_id=str(access), reviewed_by=str(reviewer)), str(access)))


async def relationship_proposed(work: UnitOfWork, relationship: Relationship) -> None:
    await outbox.publish(work, (facts.RelationshipProposed(**_parties(relationship)), str(relationship.subject)))


async def relationship_recorded(work: UnitOfWork, relationship: Relationship) -> None:
    await outbox.publish(work, (facts.RelationshipRecorded(**_parties(relationship)), str(relationship.subject)))


async def relationship_started(work: UnitOfWork, relationship: Relationship, begins: datetime, ends: datetime | None) -> None:
    event = facts.RelationshipStarted(
        **_parties(relationship),
        scopes=[scope.value for scope in relationship.scopes],
        valid_from=_timestamp(begins),
        valid_until=_timestamp(ends) if ends else None,
    )
    await outbox.publish(work, (event, str(relationship.subject)))


async def relationship_ended(work: UnitOfWork, relationship: Relationship) -> None:
    why = relationship.end_reason.value if relationship.end_reason else ""
    await outbox.publish(work, (facts.RelationshipEnded(**_parties(relationship), why=why), str(relationship.subject)))


def _parties(relationship: Relationship) -> dict[str, str]:
    return {
        "relationship_id": str(relationship.id),
        "subject_id": str(relationship.subject),
        "holder_id": str(relationship.holder),
        "kind": relationship.kind.value,
    }


async def credential_added(work: UnitOfWork, credential: Credential) -> None:
    await _publish_of_credential(work, credential, facts.CredentialAdded(**_identified(credential)))


async def credential_verified(work: UnitOfWork, credential: Credential) -> None:
    await _publish_of_credential(work, credential, facts.CredentialVerified(**_identified(credential), expires_on=_last_day(credential)))


async def credential_rejected(work: UnitOfWork, credential: Credential) -> None:
    await _publish_of_credential(work, credential, facts.CredentialRejected(**_identified(credential)))


async def credential_revoked(work: UnitOfWork, credential: Credential) -> None:
    await _publish_of_credential(work, credential, facts.CredentialRevoked(**_identified(credential)))


async def credential_renewed(work: UnitOfWork, credential: Credential, renewed_by: UUID) -> None:
    await _publish_of_credential(work, credential, facts.CredentialRenewed(**_identified(credential), renewed_by=str(renewed_by)))


async def credential_due(work: UnitOfWork, credential: Credential) -> None:
    await _publish_of_credential(work, credential, facts.CredentialDue(**_identified(credential), expires_on=_last_day(credential)))


async def credential_expired(work: UnitOfWork, credential: Credential) -> None:
    await _publish_of_credential(work, credential, facts.CredentialExpired(**_identified(credential), expires_on=_last_day(credential)))


async def _publish_of_credential(work: UnitOfWork, credential: Credential, message: Message) -> None:
    await outbox.publish(work, (message, str(credential.person)))


def _identified(credential: Credential) -> dict[str, str]:
    return {"person_id": str(credential.person), "credential_id": str(credential.id), "kind": credential.kind}


def _last_day(credential: Credential) -> str:
    return credential.expires_on.isoformat() if credential.expires_on else ""


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


async def consent_given(work: UnitOfWork, consent: GivenConsent) -> None:
    event = facts.ConsentGiven(consent_id=str(consent.id), person_id=str(consent.person), decision=consent.decision)
    event.valid_from.FromDatetime(consent.valid_from)
    if consent.valid_until is not None:
        event.valid_until.FromDatetime(consent.valid_until)
    await outbox.publish(work, (event, str(consent.person)))


async def consent_ended(work: UnitOfWork, consent: GivenConsent, at: datetime) -> None:
    event = facts.ConsentEnded(consent_id=str(consent.id), person_id=str(consent.person), decision=consent.decision)
    event.ended_at.FromDatetime(at)
    await outbox.publish(work, (event, str(consent.person)))


async def ways_to_be_told_changed(work: UnitOfWork, person: UUID) -> None:
    await outbox.publish(work, (facts.WaysToBeToldChanged(person_id=str(person)), str(person)))


async def sign_in_links_wanted(work: UnitOfWork, persons: Iterable[UUID], about: str, until: datetime) -> None:
    """Asks for a notice with a sign-in link for each person, at once."""
    message = facts.NoticeWanted(person_ids=map(str, persons), kind="sign_in_link", about_id=about)
    message.due_at.FromDatetime(work.now)
    message.until.FromDatetime(until)
    await outbox.publish(work, (message, about))


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


async def passkey_added(work: UnitOfWork, person: UUID, passkey: UUID) -> None:
    await outbox.publish(work, (facts.PasskeyAdded(person_id=str(person), passkey_id=str(passkey)), str(person)))


async def passkeys_removed(work: UnitOfWork, person: UUID, passkeys: Iterable[UUID], why: str) -> None:
    """Nothing when there were none."""
    events = [facts.PasskeyRemoved(person_id=str(person), passkey_id=str(passkey), why=why) for passkey in passkeys]
    if events:
        await outbox.publish(work, *((event, str(person)) for event in events))


async def passkey_copy_suspected(work: UnitOfWork, person: UUID, passkey: UUID) -> None:
    await outbox.publish(work, (facts.PasskeyCopySuspected(person_id=str(person), passkey_id=str(passkey)), str(person)))
