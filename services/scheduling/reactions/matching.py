"""Events of matching: who is in whose team, and who has been given which kind of task there."""

from uuid import UUID

from kith.matching.facts.v1.facts_pb2 import TaskAssigned, TaskEnded, TeamFormed, TeamMemberJoined, TeamMemberLeft
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.texts.days import read_day
from services.scheduling.commands.end_task_grant import end_task_grant
from services.scheduling.commands.leave_team import leave_team
from services.scheduling.storage import task_grants, teams
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


HANDLERS = {
    type_of(TeamFormed): _on_formed,
    type_of(TeamMemberJoined): _on_joined,
    type_of(TeamMemberLeft): _on_left,
    type_of(TaskAssigned): _on_assigned,
    type_of(TaskEnded): _on_ended,
}
REACTIONS = Reactions("matching", HANDLERS, ("team_member", "team", "task_grant"))
