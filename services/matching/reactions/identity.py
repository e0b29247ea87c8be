"""Events of identity: who exists, wears a hat, acts for whom, has which credentials, is one with whom, is erased or held."""

from uuid import UUID

from kith.identity.facts.v1 import facts_pb2 as facts
from libs.access import acting_rights, hats, held_credentials, holds
from libs.access.erasing import PersonEraser
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions, joined
from services.matching.commands.end_asks import end_asks_now
from services.matching.commands.merge_profiles import merge_profiles
from services.matching.storage import events_out, projections, tasks
from services.matching.storage.person_tables import PERSON_TABLES


async def _on_registered(work: UnitOfWork, event: Event) -> None:
    await projections.add_person(work, UUID(facts.PersonRegistered.FromString(event.payload).person_id))


async def _on_merged(work: UnitOfWork, event: Event) -> None:
    message = facts.PersonsMerged.FromString(event.payload)
    await merge_profiles(work, UUID(message.kept_person_id), UUID(message.other_person_id))


async def _on_erased(work: UnitOfWork, event: Event) -> None:
    """Before their rows go: other co-ops show their asks no longer."""
    for person in facts.PersonErased.FromString(event.payload).person_ids:
        await end_asks_now(work, UUID(person))


ERASER = PersonEraser(PERSON_TABLES, events_out.person_data_erased)
_OWN = Reactions(
    "identity",
    {
        **ERASER.handlers(),
        type_of(facts.PersonRegistered): _on_registered,
        type_of(facts.PersonsMerged): _on_merged,
    },
    ("merged_person", "known_person"),
)
_ASKS = Reactions("identity", {type_of(facts.PersonErased): _on_erased}, ())
REACTIONS = joined(
    hats.reactions(), acting_rights.reactions(), holds.reactions(), held_credentials.reactions(tasks.check_again), _ASKS, _OWN
)
