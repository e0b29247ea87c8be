"""Events of matching: who is in whose team, and so sees what its owner shares with "my team"; and what it erased."""

from uuid import UUID

from kith.matching.facts.v1.facts_pb2 import TeamMemberJoined, TeamMemberLeft
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.identity.reactions.erasures import BY_MATCHING
from services.identity.storage import team_places


async def _on_joined(work: UnitOfWork, event: Event) -> None:
    message = TeamMemberJoined.FromString(event.payload)
    await team_places.join(work, UUID(message.team_id), UUID(message.owner_id), UUID(message.person_id), event.at)


async def _on_left(work: UnitOfWork, event: Event) -> None:
    message = TeamMemberLeft.FromString(event.payload)
    await team_places.leave(work, UUID(message.team_id), UUID(message.person_id), event.at)


# TeamFormed adds nothing: a team without anybody in it shows nobody anything, and each TeamMemberJoined names the owner.
_HANDLERS = {type_of(TeamMemberJoined): _on_joined, type_of(TeamMemberLeft): _on_left}
REACTIONS = Reactions("matching", _HANDLERS | BY_MATCHING, ("team_place",))
