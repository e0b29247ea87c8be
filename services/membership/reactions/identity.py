"""Reactions to identity's events: hats, who acts for whom, which persons exist, are one, or are erased or held."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.facts.v1.facts_pb2 import PersonRegistered, PersonsMerged
from libs.access import acting_rights, hats, holds
from libs.access.erasing import PersonEraser
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions, joined
from services.membership.commands.merge_memberships import merge_memberships
from services.membership.domain.local_dates import local_date
from services.membership.storage import events_out, projections
from services.membership.storage.person_tables import PERSON_TABLES


def reactions(zone: ZoneInfo) -> Reactions:
    """`zone` decides on which day entries were merged."""

    async def merged(work: UnitOfWork, event: Event) -> None:
        message = PersonsMerged.FromString(event.payload)
        kept, other = UUID(message.kept_person_id), UUID(message.other_person_id)
        on, today = local_date(zone, event.at), local_date(zone, work.now)
        await merge_memberships(work, event.id, kept, other, merged_at=event.at, merged_on=on, today=today)

    own = {type_of(PersonRegistered): _person_registered, type_of(PersonsMerged): merged}
    handlers = {**ERASER.handlers(), **own}
    return joined(hats.reactions(), acting_rights.reactions(), holds.reactions(), Reactions("identity", handlers, ("known_person",)))


async def _person_registered(work: UnitOfWork, event: Event) -> None:
    await projections.add_person(work, UUID(PersonRegistered.FromString(event.payload).person_id))


ERASER = PersonEraser(PERSON_TABLES, events_out.person_data_erased)
