"""Identity's events: sessions end here when they end there, hats follow, and a person hears of each change to how they sign in."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import (
    DataAsked,
    DataRequestAnswered,
    DataRequestWaits,
    HatGiven,
    HatTaken,
    PasswordSet,
    PersonCorrected,
    PersonsMerged,
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


REACTIONS = Reactions(
    "identity",
    {
        type_of(SessionsEnded): _on_sessions_ended,
        type_of(HatGiven): _on_hat_given,
        type_of(HatTaken): _on_hat_taken,
    }
    | dict(
        [
            news_handler(SignInCodeIssued, "code_issued", person="person_id", word="kind"),
            news_handler(SignInCodesRevoked, "codes_revoked", person="person_id"),
            news_handler(PasswordSet, "password_set", person="person_id"),
            news_handler(PersonCorrected, "details_corrected", person="person_id"),
            news_handler(DataAsked, "data_asked", person="person_id"),
            news_handler(DataRequestAnswered, "data_answered", person="person_id"),
            news_handler(DataRequestWaits, "data_waits", about="data_request_id", word="due_day", hat="secretary"),
            news_handler(PersonsMerged, "persons_merged", person="kept_person_id"),
        ]
    ),
    ("news_of_identity",),
)
