"""News from identity's events: there is a new code to sign in as this person, who should know about it."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import SignInCodeIssued
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Reactions
from libs.messages.envelope import Event, type_of
from services.web.storage import news


async def _on_code_issued(work: UnitOfWork, event: Event) -> None:
    payload = SignInCodeIssued.FromString(event.payload)
    await news.add_news(work, event, "code_issued", person=UUID(payload.person_id), word=payload.kind)


REACTIONS = Reactions("identity", {type_of(SignInCodeIssued): _on_code_issued}, ("news_of_identity",))
