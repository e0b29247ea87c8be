"""The owner offers somebody in the team a hat: it is worn once they have accepted."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import TeamHat
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists
from services.matching.commands.team_access import owned_team
from services.matching.domain.team import WornTeamHat, check_until, require_member
from services.matching.storage import teams


async def offer_team_hat(work: UnitOfWork, team_id: UUID, person: UUID, hat: TeamHat, until: date | None, *, zone: ZoneInfo) -> None:
    """Until that day, which is its last.

    Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, FailedPrecondition NOT_IN_TEAM, AlreadyExists TEAM_HAT_TAKEN, and what
    `check_until` raises.
    """
    team, today = await owned_team(work, team_id), work.now.astimezone(zone).date()
    if person != team.owner:
        require_member(await teams.find_member(work, team_id, person))
    before = await teams.find_hat(work, team_id, hat)
    # Not even by its wearer: they would lose it until they accept. They hand it back first, with their words for the next term.
    if before is not None and before.is_worn(today):
        raise AlreadyExists("TEAM_HAT_TAKEN")
    handover = await teams.get_handover(work, team_id, hat)
    await teams.save_hat(work, WornTeamHat(team_id, hat, person, None, check_until(until, today), handover))
