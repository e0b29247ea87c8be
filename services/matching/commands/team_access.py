"""Whose team it is: what every command of the owner begins with."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import Team, require_owner
from services.matching.storage import teams


async def owned_team(work: UnitOfWork, team_id: UUID) -> Team:
    """The team, locked, for its owner and for who acts for them.

    Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    caller = await acting.require_principal(work, SCOPE)
    team = await teams.get(work, team_id, lock=True)
    require_owner(team, caller)
    return team
