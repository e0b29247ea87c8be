"""Identity's events: sessions end here when they end there, hats follow, and a person hears of each change to how they sign in."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import (
    HatGiven,
    HatTaken,
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
    SessionsEnded,
    SignInCodeIssued,
    SignInCodesRevoked,
)
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Reactions
from libs.messages.envelope import Event, type_of
from services.web.reactions.news_handler import news_handler
from services.web.storage import sessions
from services.web.storage.news import add_news

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


async def _on_recovery_help_ended(work: UnitOfWork, event: Event) -> None:
    """The one of the two hears of it who did not do it."""
    message = RecoveryHelpEnded.FromString(event.payload)
    to, other = (message.helper_id, message.person_id) if message.why == "removed" else (message.person_id, message.helper_id)
    await add_news(work, event, f"recovery_help_{message.why}", person=UUID(to), word=other)


async def _on_person_recovered(work: UnitOfWork, event: Event) -> None:
    message = PersonRecovered.FromString(event.payload)
    await add_news(work, event, "person_recovered", person=UUID(message.person_id), word=" ".join(message.helper_ids))


REACTIONS = Reactions(
    "identity",
    {
        type_of(SessionsEnded): _on_sessions_ended,
        type_of(RecoveryHelpEnded): _on_recovery_help_ended,
        type_of(PersonRecovered): _on_person_recovered,
        type_of(HatGiven): _on_hat_given,
        type_of(HatTaken): _on_hat_taken,
    }
    | dict(
        [
            news_handler(SignInCodeIssued, "code_issued", person="person_id", word="kind"),
            news_handler(SignInCodesRevoked, "codes_revoked", person="person_id"),
            news_handler(PasswordSet, "password_set", person="person_id"),
            news_handler(PersonCorrected, "details_corrected", person="person_id"),
            news_handler(RecoveryHelperNamed, "recovery_helper_named", person="helper_id", word="person_id"),
            news_handler(RecoveryHelperAccepted, "recovery_helper_accepted", person="person_id", word="helper_id"),
            news_handler(RecoveryRequested, "recovery_requested", person="person_id"),
            news_handler(RecoveryVouchWanted, "recovery_vouch_wanted", person="helper_id", word="person_id"),
            news_handler(RecoveryVouched, "recovery_vouched", person="person_id", word="helper_id"),
            news_handler(RecoveryStopped, "recovery_stopped", person="person_id"),
            news_handler(PersonsMerged, "persons_merged", person="kept_person_id"),
        ]
    ),
    ("news_of_identity",),
)
