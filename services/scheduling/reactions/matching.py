"""Events of matching: who is in whose team, and who are neighbours of one another."""

from uuid import UUID

from kith.matching.facts.v1.facts_pb2 import PeerPairEnded, PeerPairFormed, TeamFormed, TeamMemberJoined, TeamMemberLeft
from libs.access import merged_persons
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.scheduling.commands.leave_team import leave_team
from services.scheduling.storage import sharings, teams
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


async def _in_use(work: UnitOfWork, person: UUID) -> UUID:
    await merged_persons.lock(work, person)
    return await merged_persons.find_kept(work, person) or person


async def _on_paired(work: UnitOfWork, event: Event) -> None:
    message = PeerPairFormed.FromString(event.payload)
    one, other = sorted([await _in_use(work, UUID(person)) for person in message.person_ids])
    await sharings.add_pair(work, UUID(message.pair_id), one, other)


async def _on_parted(work: UnitOfWork, event: Event) -> None:
    await sharings.remove_pair(work, UUID(PeerPairEnded.FromString(event.payload).pair_id))


HANDLERS = {
    type_of(TeamFormed): _on_formed,
    type_of(TeamMemberJoined): _on_joined,
    type_of(TeamMemberLeft): _on_left,
    type_of(PeerPairFormed): _on_paired,
    type_of(PeerPairEnded): _on_parted,
}
REACTIONS = Reactions("matching", HANDLERS, ("team_member", "team", "neighbour_pair"))
