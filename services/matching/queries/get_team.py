"""A team, for those in it."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import Team, TeamMember, WornTeamHat
from services.matching.storage import teams


@dataclass(frozen=True)
class WholeTeam:
    """A team with its members and hats."""

    team: Team
    members: list[TeamMember]
    hats: list[WornTeamHat]


async def open_team(work: UnitOfWork, team_id: UUID) -> Team:
    """The team, for its owner, and, audited, for who acts for them and those who are in it. An invitation shows nothing of it.

    Raises NotFound TEAM_UNKNOWN, as for a team that is not there, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    caller, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id)
    if caller != team.owner:
        member = await teams.find_member(work, team_id, caller)
        if member is None or member.joined_at is None:
            raise NotFound("TEAM_UNKNOWN")
    await audit.record_read(work, "team", "view", team.owner)
    return team


async def get_team(work: UnitOfWork, team_id: UUID) -> WholeTeam:
    """Raises what `open_team` raises."""
    team = await open_team(work, team_id)
    return WholeTeam(team, await teams.list_members(work, team_id), await teams.list_hats(work, team_id))


async def get_teams(work: UnitOfWork, person: UUID) -> tuple[Team | None, list[tuple[Team, TeamMember]]]:
    """The person's own team, and those they are in or invited to, without invitations of somebody they have blocked.

    Raises NotAllowed NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    return await teams.find_by_owner(work, person), await teams.list_places(work, person)
