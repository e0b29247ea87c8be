"""Reactions to identity's events: who wears which hat, and which persons exist."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import PersonRegistered
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Reactions
from libs.messages.envelope import Event, type_of
from services.membership.storage import projections


async def _person_registered(work: UnitOfWork, event: Event) -> None:
    await projections.add_person(work, UUID(PersonRegistered.FromString(event.payload).person_id))


_HATS = hats.reactions()
REACTIONS = Reactions("identity", {**_HATS.handlers, type_of(PersonRegistered): _person_registered}, (*_HATS.projections, "known_person"))
