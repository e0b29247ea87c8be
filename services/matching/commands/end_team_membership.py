"""Somebody is no longer in a team: they leave, or the owner no longer wants them there. Neither gives a reason."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import require_owner
from services.matching.storage import events_out, teams


async def end_team_membership(work: UnitOfWork, team_id: UUID, person: UUID) -> None:
    """Their hats end with it. An invitation that was not answered is taken back.

    Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, FailedPrecondition NOT_IN_TEAM.
    """
    caller, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id)
    if caller != person:
        require_owner(team, caller)
    member = await teams.find_member(work, team_id, person)
    if member is None:
        raise FailedPrecondition("NOT_IN_TEAM")
    for worn in await teams.list_hats(work, team_id):
        if worn.person == person:
            await teams.free_hat(work, team_id, worn.hat, worn.handover)
            if worn.accepted_at is not None:
                await events_out.team_hat_ended(work, worn)
    await teams.remove_member(work, team_id, person)
    if member.joined_at is not None:
        await events_out.team_member_left(work, team, person)
