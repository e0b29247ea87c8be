"""The owner writes down what the team has agreed on."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import Conflict
from libs.texts.words import check_words
from services.matching.commands.team_access import owned_team
from services.matching.domain.team import MAX_AGREEMENT
from services.matching.storage import teams


async def set_team_agreement(work: UnitOfWork, team_id: UUID, words: str, version: int) -> int:
    """Returns the new version. Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, Conflict VERSION_STALE, Invalid WORDS_TOO_LONG."""
    team = await owned_team(work, team_id)
    if team.version != version:
        raise Conflict("VERSION_STALE", version=str(team.version))
    await teams.set_agreement(work, team_id, check_words("agreement", words, MAX_AGREEMENT))
    return team.version + 1
