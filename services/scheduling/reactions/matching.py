"""Events of matching: who is in whose team."""

from uuid import UUID

from kith.matching.facts.v1.facts_pb2 import TeamFormed, TeamMemberJoined, TeamMemberLeft
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.scheduling.commands.leave_team import leave_team
from services.scheduling.storage import teams
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


HANDLERS = {type_of(TeamFormed): _on_formed, type_of(TeamMemberJoined): _on_joined, type_of(TeamMemberLeft): _on_left}
REACTIONS = Reactions("matching", HANDLERS, ("team_member", "team"))
