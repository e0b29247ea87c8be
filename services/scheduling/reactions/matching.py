"""Events of matching: who is in whose team, who has been given which kind of task there, and who are neighbours of one another."""

from uuid import UUID

from kith.matching.facts.v1.facts_pb2 import (
    PeerPairEnded,
    PeerPairFormed,
    TaskAssigned,
    TaskEnded,
    TeamFormed,
    TeamMemberJoined,
    TeamMemberLeft,
)
from libs.access import merged_persons
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.texts.days import read_day
from services.scheduling.commands.end_task_grant import end_task_grant
from services.scheduling.commands.leave_team import leave_team
from services.scheduling.storage import sharings, task_grants, teams
from services.scheduling.storage.task_grants import GivenTask
from services.scheduling.storage.teams import TeamMember


async def _on_formed(work: UnitOfWork, event: Event) -> None:
    message = TeamFormed.FromString(event.payload)
    await teams.add_team(work, UUID(message.team_id), UUID(message.owner_id))


async def _on_joined(work: UnitOfWork, event: Event) -> None:
    message = TeamMemberJoined.FromString(event.payload)
    await teams.set_member(work, TeamMember(UUID(message.team_id), UUID(message.person_id), message.kind, event.at))


async def _on_left(work: UnitOfWork, event: Event) -> None:
    message = TeamMemberLeft.FromString(event.payload)
    await leave_team(work, UUID(message.team_id), UUID(message.owner_id), UUID(message.person_id), event.at)


async def _on_assigned(work: UnitOfWork, event: Event) -> None:
    message = TaskAssigned.FromString(event.payload)
    until = read_day(message.until_day) if message.until_day else None
    await task_grants.give(work, GivenTask(UUID(message.team_id), UUID(message.person_id), message.kind, until))


async def _on_ended(work: UnitOfWork, event: Event) -> None:
    message = TaskEnded.FromString(event.payload)
    await end_task_grant(work, GivenTask(UUID(message.team_id), UUID(message.person_id), message.kind))


async def _in_use(work: UnitOfWork, person: UUID) -> UUID:
    await merged_persons.lock(work, person)
    return await merged_persons.find_kept(work, person) or person


async def _on_paired(work: UnitOfWork, event: Event) -> None:
    message = PeerPairFormed.FromString(event.payload)
    one, other = sorted([await _in_use(work, UUID(person)) for person in message.person_ids])
    # Two entries that are one person by now are nobody's neighbours.
    if one != other:
        await sharings.add_pair(work, UUID(message.pair_id), one, other)


async def _on_parted(work: UnitOfWork, event: Event) -> None:
    await sharings.remove_pair(work, UUID(PeerPairEnded.FromString(event.payload).pair_id))


HANDLERS = {
    type_of(TeamFormed): _on_formed,
    type_of(TeamMemberJoined): _on_joined,
    type_of(TeamMemberLeft): _on_left,
    type_of(TaskAssigned): _on_assigned,
    type_of(TaskEnded): _on_ended,
    type_of(PeerPairFormed): _on_paired,
    type_of(PeerPairEnded): _on_parted,
}
REACTIONS = Reactions("matching", HANDLERS, ("team_member", "team", "task_grant", "neighbour_pair"))
