"""Events of identity: hats, who acts for whom, which credentials count, which entries are of one person, and who is erased or held."""

from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from libs.access import acting_rights, hats, held_credentials, holds
from libs.access.erasing import PersonEraser
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions, joined
from services.scheduling.commands.merge_persons import merge_persons
from services.scheduling.storage import clearance, events_out
from services.scheduling.storage.person_tables import PERSON_TABLES


async def _on_merged(work: UnitOfWork, event: Event) -> None:
    message = PersonsMerged.FromString(event.payload)
    await merge_persons(work, UUID(message.kept_person_id), UUID(message.other_person_id))


ERASER = PersonEraser(PERSON_TABLES, events_out.person_data_erased)
_OWN = Reactions("identity", {**ERASER.handlers(), type_of(PersonsMerged): _on_merged}, ("merged_person",))
REACTIONS = joined(hats.reactions(), acting_rights.reactions(), holds.reactions(), held_credentials.reactions(clearance.doubt), _OWN)
