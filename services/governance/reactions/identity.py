"""Reactions to identity's events: who wears which hat, who acts for whom, which entries are no longer used, who is erased or held."""

from collections.abc import Sequence
from uuid import UUID

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from libs.access import acting_rights, hats, merged_persons
from libs.access.erasing import OPEN_VOTE, PersonEraser
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions, joined
from services.governance.storage import events_out, open_rolls
from services.governance.storage.person_tables import PERSON_TABLES


async def _merged(work: UnitOfWork, event: Event) -> None:
    message = PersonsMerged.FromString(event.payload)
    await merged_persons.add(work, UUID(message.other_person_id), UUID(message.kept_person_id))


async def _no_roll_is_open(work: UnitOfWork, persons: Sequence[UUID]) -> bool:
    """Until the close, who checks the roll sees whose ballots are on it, and a paper vote can still be confirmed."""
    return not any([await open_rolls.list_of_person(work, person) for person in persons])


ERASER = PersonEraser(PERSON_TABLES, events_out.person_data_erased, _no_roll_is_open, OPEN_VOTE)
_OWN = Reactions("identity", {**ERASER.handlers(), type_of(PersonsMerged): _merged}, ("merged_person",))
REACTIONS = joined(hats.reactions(), acting_rights.reactions(), _OWN)
