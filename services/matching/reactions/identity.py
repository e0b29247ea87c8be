"""Events of identity: hats, who acts for whom, whose credentials count, which entries are of one person, who is erased or held."""

from datetime import date
from uuid import UUID

from kith.identity.facts.v1 import facts_pb2 as facts
from libs.access import acting_rights, hats
from libs.access.erasing import PersonEraser
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions, joined
from services.matching.commands.merge_profiles import merge_profiles
from services.matching.storage import events_out, projections, tasks
from services.matching.storage.person_tables import PERSON_TABLES
from services.matching.storage.projections import HeldCredential


async def _on_verified(work: UnitOfWork, event: Event) -> None:
    message = facts.CredentialVerified.FromString(event.payload)
    expires_on = date.fromisoformat(message.expires_on) if message.expires_on else None
    held = HeldCredential(UUID(message.credential_id), UUID(message.person_id), message.kind, expires_on)
    await projections.hold_credential(work, held)
    await tasks.check_again(work, held.person)


async def _on_ended(work: UnitOfWork, event: Event) -> None:
    # Revoked and expired say it in the same fields, and so does renewed.
    message = facts.CredentialRevoked.FromString(event.payload)
    await projections.drop_credential(work, UUID(message.credential_id))
    await tasks.check_again(work, UUID(message.person_id))


async def _on_renewed(work: UnitOfWork, event: Event) -> None:
    # The one in its place is checked when it is verified: nobody loses a task in between.
    await projections.drop_credential(work, UUID(facts.CredentialRenewed.FromString(event.payload).credential_id))


async def _on_merged(work: UnitOfWork, event: Event) -> None:
    message = facts.PersonsMerged.FromString(event.payload)
    await merge_profiles(work, UUID(message.kept_person_id), UUID(message.other_person_id))


ERASER = PersonEraser(PERSON_TABLES, events_out.person_data_erased)
_OWN = Reactions(
    "identity",
    {
        **ERASER.handlers(),
        type_of(facts.CredentialVerified): _on_verified,
        type_of(facts.CredentialRevoked): _on_ended,
        type_of(facts.CredentialRenewed): _on_renewed,
        type_of(facts.CredentialExpired): _on_ended,
        type_of(facts.PersonsMerged): _on_merged,
    },
    ("held_credential",),
)
REACTIONS = joined(hats.reactions(), acting_rights.reactions(), _OWN)
