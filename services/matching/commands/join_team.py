"""Somebody is in a person's team: both have agreed, in an introduction or by an invitation that was accepted."""

from datetime import datetime
from uuid import UUID

from kith.matching.v1.enums import TeamMemberKind
from libs.database.engine import UnitOfWork
from services.matching.domain.team import Team, TeamMember
from services.matching.storage import events_out, teams


async def own_team(work: UnitOfWork, owner: UUID) -> Team:
    """The person's team, which is made if there is none. Locked."""
    formed = Team(work.new_id(), owner, work.now)
    found = await teams.find_by_owner(work, owner, lock=True)
    if found is None and await teams.add(work, formed):
        await events_out.team_formed(work, formed)
        return formed
    return found or await teams.get_by_owner(work, owner)


async def join_team(work: UnitOfWork, owner: UUID, person: UUID, kind: TeamMemberKind, *, invited_at: datetime) -> None:
    """In the transaction of the second yes, so that there is no consent without a team and no team without consent.

    Who is in the team already stays in it as they are.
    """
    team = await own_team(work, owner)
    before = await teams.find_member(work, team.id, person)
    if before is not None and before.joined_at is not None:
        return
    member = TeamMember(team.id, person, kind, invited_at, work.now)
    await teams.save_member(work, member)
    await events_out.team_member_joined(work, team, member)
