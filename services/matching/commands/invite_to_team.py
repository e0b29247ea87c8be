"""The owner asks somebody to be in their team: family, a friend, a volunteer, whom they know already."""

from uuid import UUID

from kith.matching.v1.enums import TeamMemberKind
from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, NotAllowed, NotFound, invalid
from services.matching.commands.join_team import own_team
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import TeamMember
from services.matching.storage import projections, teams


async def invite_to_team(work: UnitOfWork, owner: UUID, person: UUID, kind: TeamMemberKind) -> UUID:
    """Returns the team's id. Inviting somebody again who has not answered changes nothing.

    Who acts for the owner does not invite themselves: nobody says yes for both sides.

    Raises NotAllowed NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, Invalid OWN_TEAM, NotFound MEMBER_UNKNOWN, AlreadyExists
    ALREADY_IN_TEAM.
    """
    await acting.require_self_or_acting(work, owner, SCOPE)
    if work.caller.acting_for is not None and work.caller.person == person:
        raise NotAllowed("NOT_YOURS")
    if person == owner:
        raise invalid("person_id", "OWN_TEAM")
    if not await projections.is_member(work, person):
        raise NotFound("MEMBER_UNKNOWN")
    team = await own_team(work, owner)
    member = await teams.find_member(work, team.id, person)
    if member is not None and member.joined_at is not None:
        raise AlreadyExists("ALREADY_IN_TEAM")
    await teams.save_member(work, member or TeamMember(team.id, person, kind, work.now, None))
    return team.id
