"""What identity states: somebody can sign in as this person with a new code. They should know, whoever asked for it."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import SignInCodeIssued
from libs.database.engine import Work
from libs.messages.consumer import Reactions
from libs.messages.envelope import Fact, type_of
from services.web.storage import news


async def _issued(work: Work, fact: Fact) -> None:
    said = SignInCodeIssued.FromString(fact.payload)
    await news.note(work, fact, "code_issued", person=UUID(said.person_id), word=said.kind)


REACTIONS = Reactions("identity", {type_of(SignInCodeIssued): _issued}, ("news_of_identity",))
