"""A hat is handed back, with what the next one should know."""

from uuid import UUID

from kith.matching.v1.enums import TeamHat
from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from libs.texts.words import check_words
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import MAX_HANDOVER, require_owner
from services.matching.storage import events_out, teams


async def end_team_hat(work: UnitOfWork, team_id: UUID, hat: TeamHat, handover: str) -> None:
    """The words stay for the next one. Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, FailedPrecondition TEAM_HAT_NOT_WORN."""
    caller, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id, lock=True)
    worn = await teams.find_hat(work, team_id, hat)
    if worn is None:
        raise FailedPrecondition("TEAM_HAT_NOT_WORN")
    if caller != worn.person:
        require_owner(team, caller)
    words = check_words("handover", handover, MAX_HANDOVER)
    await teams.free_hat(work, team_id, hat, words or worn.handover)
    if worn.accepted_at is not None:
        await events_out.team_hat_ended(work, worn)
