"""Reactions to identity's events: who wears which hat, who acts for whom, and which entries of persons are no longer used."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from libs.access import acting_rights, hats
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Reactions, joined
from libs.messages.envelope import Event, type_of
from services.governance.storage import merged_persons


async def _merged(work: UnitOfWork, event: Event) -> None:
    message = PersonsMerged.FromString(event.payload)
    await merged_persons.add(work, UUID(message.other_person_id), UUID(message.kept_person_id))


_OWN = Reactions("identity", {type_of(PersonsMerged): _merged}, ("merged_person",))
REACTIONS = joined(hats.reactions(), acting_rights.reactions(), _OWN)
