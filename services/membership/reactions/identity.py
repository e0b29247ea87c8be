"""What identity states: who wears which hat, and which persons there are."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import PersonRegistered
from libs.access import hats
from libs.database.engine import Work
from libs.messages.consumer import Reactions
from libs.messages.envelope import Fact, type_of
from services.membership.storage import heard


async def _registered(work: Work, fact: Fact) -> None:
    await heard.know(work, UUID(PersonRegistered.FromString(fact.payload).person_id))


_HATS = hats.reactions()
REACTIONS = Reactions("identity", {**_HATS.handlers, type_of(PersonRegistered): _registered}, (*_HATS.projections, "known_person"))
