"""Identity's events: sessions end here when they end there, hats follow, and a person hears of each change to how they sign in.

They also hear who may act for them, and when that ends; who acts may have the data that is stored here (`libs/access/acting_rights.py`).
"""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import (
    CredentialAdded,
    CredentialDue,
    CredentialExpired,
    CredentialRejected,
    CredentialRevoked,
    CredentialVerified,
    DataAsked,
    DataRequestAnswered,
    DataRequestWaits,
    EmergencyAccessOpened,
    ErasureAsked,
    ErasureWaits,
    HatGiven,
    HatTaken,
    HelpBegan,
    HoldDue,
    HoldNoticed,
    NoticeWanted,
    PasskeyAdded,
    PasskeyCopySuspected,
    PasskeyRemoved,
    PasswordSet,
    PersonCorrected,
    PersonRecovered,
    PersonsMerged,
    RecoveryHelpEnded,
    RecoveryHelperAccepted,
    RecoveryHelperNamed,
    RecoveryRequested,
    RecoveryStopped,
    RecoveryVouched,
    RecoveryVouchWanted,
    RelationshipEnded,
    RelationshipProposed,
    RelationshipRecorded,
    RelationshipStarted,
    SessionsEnded,
    SignedInOnNewDevice,
    SignInCodeIssued,
    SignInCodesRevoked,
    WaysToBeToldChanged,
)
from libs.access import acting_rights
from libs.access.erasing import PersonEraser
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, EventClass, type_of
from libs.messages.reactions import EventHandler, Reactions, joined
from services.web.reactions.news_handler import news_handler
from services.web.reactions.notice_handler import add_security_notice, wanted_handler
from services.web.storage import events_out, sessions
from services.web.storage.news import add_news
from services.web.storage.person_tables import PERSON_TABLES

_SENT_BY_MAIL = "job:deliver_notices"
"""The caller as whom identity makes a link that goes out by mail."""
_TOLD = {"chosen", "everywhere", "membership", "merged"}
"""Why sessions ended, where no other news says so: a new password and revoked codes have news of their own."""


async def _on_sessions_ended(work: UnitOfWork, event: Event) -> None:
    message = SessionsEnded.FromString(event.payload)
    await sessions.delete_ended_by_identity(work, message.session_ids)
    if message.why in _TOLD:
        await add_news(work, event, "sessions_ended", person=UUID(message.person_id), word=message.why)


async def _on_hat_given(work: UnitOfWork, event: Event) -> None:
    message = HatGiven.FromString(event.payload)
    await sessions.add_hat(work, UUID(message.person_id), message.hat)


async def _on_hat_taken(work: UnitOfWork, event: Event) -> None:
    message = HatTaken.FromString(event.payload)
    await sessions.remove_hat(work, UUID(message.person_id), message.hat)


def _change(message: EventClass, kind: str, *, person: str, word: str = "") -> tuple[str, EventHandler]:
    """A change to how somebody signs in: news, and a notice by a way that does not need the page."""
    message_type, add_item = news_handler(message, kind, person=person, word=word)

    async def handle(work: UnitOfWork, event: Event) -> None:
        await add_item(work, event)
        # The mail that brings a link says so itself.
        if event.actor != _SENT_BY_MAIL:
            await add_security_notice(work, event, kind, UUID(str(getattr(message.FromString(event.payload), person))))

    return message_type, handle


async def _on_ways_changed(work: UnitOfWork, event: Event) -> None:
    await add_security_notice(work, event, "ways_changed", UUID(WaysToBeToldChanged.FromString(event.payload).person_id))


async def _on_passkey_removed(work: UnitOfWork, event: Event) -> None:
    """Where it went with all other ways to sign in, other news says so."""
    message = PasskeyRemoved.FromString(event.payload)
    if message.why == "chosen":
        await add_news(work, event, "passkey_removed", person=UUID(message.person_id))
        await add_security_notice(work, event, "passkey_removed", UUID(message.person_id))


async def _on_recovery_help_ended(work: UnitOfWork, event: Event) -> None:
    """The one of the two hears of it who did not do it."""
    message = RecoveryHelpEnded.FromString(event.payload)
    to, other = (message.helper_id, message.person_id) if message.why == "removed" else (message.person_id, message.helper_id)
    await add_news(work, event, f"recovery_help_{message.why}", person=UUID(to), word=other)


async def _on_person_recovered(work: UnitOfWork, event: Event) -> None:
    message = PersonRecovered.FromString(event.payload)
    await add_news(work, event, "person_recovered", person=UUID(message.person_id), word=" ".join(message.helper_ids))


_ERASER = PersonEraser(PERSON_TABLES, events_out.person_data_erased)
_OWN = Reactions(
    "identity",
    {
        type_of(SessionsEnded): _on_sessions_ended,
        type_of(PasskeyRemoved): _on_passkey_removed,
        type_of(RecoveryHelpEnded): _on_recovery_help_ended,
        type_of(PersonRecovered): _on_person_recovered,
        type_of(HatGiven): _on_hat_given,
        type_of(HatTaken): _on_hat_taken,
        type_of(WaysToBeToldChanged): _on_ways_changed,
        **_ERASER.handlers(),
    }
    | dict(
        [
            news_handler(DataAsked, "data_asked", person="person_id"),
            news_handler(DataRequestAnswered, "data_answered", person="person_id"),
            news_handler(DataRequestWaits, "data_waits", about="data_request_id", word="due_day", hat="secretary"),
            news_handler(ErasureAsked, "erasure_asked", person="person_id"),
            news_handler(ErasureWaits, "erasure_waits", about="data_request_id", word="due_day", hat="secretary"),
            news_handler(HoldNoticed, "hold_noticed", person="person_id", about="hold_id"),
            news_handler(HoldDue, "hold_due", about="hold_id", word="review_day", person="secretary_id", hat="secretary"),
            wanted_handler(NoticeWanted),
            _change(SignInCodeIssued, "code_issued", person="person_id", word="kind"),
            _change(SignInCodesRevoked, "codes_revoked", person="person_id"),
            _change(PasswordSet, "password_set", person="person_id"),
            _change(PasskeyAdded, "passkey_added", person="person_id"),
            _change(PasskeyCopySuspected, "passkey_copy", person="person_id"),
            _change(PersonCorrected, "details_corrected", person="person_id"),
            _change(SignedInOnNewDevice, "new_device", person="person_id", word="device_use"),
            _change(HelpBegan, "help_began", person="person_id", word="helper_id"),
            _change(PersonsMerged, "persons_merged", person="kept_person_id"),
            news_handler(EmergencyAccessOpened, "emergency_opened", about="access_id", word="reader_id", person="person_id"),
            news_handler(RelationshipProposed, "relationship_proposed", person="holder_id", word="kind"),
            news_handler(RelationshipRecorded, "relationship_recorded", person="subject_id", word="kind"),
            news_handler(RelationshipStarted, "relationship_started", person="subject_id", word="kind"),
            news_handler(RelationshipEnded, "relationship_ended", person="subject_id", word="why"),
            news_handler(CredentialAdded, "credential_added", about="credential_id", word="kind", hat="secretary"),
            news_handler(CredentialVerified, "credential_verified", person="person_id", about="credential_id", word="kind"),
            news_handler(CredentialRejected, "credential_rejected", person="person_id", about="credential_id", word="kind"),
            news_handler(CredentialRevoked, "credential_revoked", person="person_id", about="credential_id", word="kind"),
            news_handler(CredentialDue, "credential_due", person="person_id", about="credential_id", word="kind"),
            news_handler(CredentialExpired, "credential_expired", person="person_id", about="credential_id", word="kind"),
            news_handler(RecoveryHelperNamed, "recovery_helper_named", person="helper_id", word="person_id"),
            news_handler(RecoveryHelperAccepted, "recovery_helper_accepted", person="person_id", word="helper_id"),
            news_handler(RecoveryRequested, "recovery_requested", person="person_id"),
            news_handler(RecoveryVouchWanted, "recovery_vouch_wanted", person="helper_id", word="person_id"),
            news_handler(RecoveryVouched, "recovery_vouched", person="person_id", word="helper_id"),
            news_handler(RecoveryStopped, "recovery_stopped", person="person_id"),
        ]
    ),
    ("news_of_identity",),
)
REACTIONS = joined(acting_rights.reactions(), _OWN)
