"""Somebody is no longer in a team: they leave, or the owner no longer wants them there. Neither gives a reason."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.commands.part_ways import leave_team
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import require_owner
from services.matching.storage import teams


async def end_team_membership(work: UnitOfWork, team_id: UUID, person: UUID) -> None:
    """Their hats, tasks and open reviews end with it. An invitation that was not answered is taken back.

    Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, FailedPrecondition NOT_IN_TEAM.
    """
    caller, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id, lock=True)
    if caller != person:
        require_owner(team, caller)
    member = await teams.find_member(work, team_id, person)
    if member is None:
        raise FailedPrecondition("NOT_IN_TEAM")
    await leave_team(work, team, member)
