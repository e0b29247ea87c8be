"""Events of identity: hats, who acts for whom, which credentials count, which entries are of one person, and who is erased or held."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.facts.v1.facts_pb2 import PersonErased, PersonsMerged
from libs.access import acting_rights, hats, held_credentials, holds
from libs.access.erasing import PAY_PERIOD, PersonEraser
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions, joined
from services.scheduling.commands.call_off_visits import call_off_visits
from services.scheduling.commands.end_what_they_share import end_what_they_share
from services.scheduling.commands.leave_all_teams import leave_all_teams
from services.scheduling.commands.merge_persons import merge_persons
from services.scheduling.storage import clearance, events_out, opt_outs, worked_visits
from services.scheduling.storage.person_tables import PERSON_TABLES


async def _on_merged(work: UnitOfWork, event: Event) -> None:
    message = PersonsMerged.FromString(event.payload)
    await merge_persons(work, UUID(message.kept_person_id), UUID(message.other_person_id))


async def _on_erased(zone: ZoneInfo, work: UnitOfWork, event: Event) -> None:
    """Before their rows go, also while that has to wait. Their visits and what they share first: visits are locked before workers."""
    persons = sorted(map(UUID, PersonErased.FromString(event.payload).person_ids))
    today = work.now.astimezone(zone).date()
    for person in persons:
        await call_off_visits(work, person, today, today)
        await end_what_they_share(work, person, zone=zone)
    for person in persons:
        await leave_all_teams(work, person, event.at)
        await opt_outs.end_all(work, person, event.at.date())


def eraser(zone: ZoneInfo) -> PersonEraser:
    """It waits for the pay period that settles what both sides confirmed: with the visit the worker's pay and the invoice would go."""

    async def is_all_settled(work: UnitOfWork, persons: Sequence[UUID]) -> bool:
        return not await worked_visits.is_any_to_be_paid(work, zone, persons)

    return PersonEraser(PERSON_TABLES, events_out.person_data_erased, is_all_settled, PAY_PERIOD)


def reactions(erases: PersonEraser, zone: ZoneInfo) -> Reactions:
    own = Reactions("identity", {**erases.handlers(), type_of(PersonsMerged): _on_merged}, ("merged_person",))
    leaves = Reactions("identity", {type_of(PersonErased): partial(_on_erased, zone)}, ())
    return joined(hats.reactions(), acting_rights.reactions(), holds.reactions(), held_credentials.reactions(clearance.doubt), leaves, own)
