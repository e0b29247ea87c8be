"""Somebody takes the hat that they were offered."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import TeamHat
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.storage import events_out, teams


async def accept_team_hat(work: UnitOfWork, team_id: UUID, hat: TeamHat, *, zone: ZoneInfo) -> None:
    """Nobody accepts for another. Raises NotFound TEAM_UNKNOWN, FailedPrecondition TEAM_HAT_NOT_OFFERED."""
    person = await hats.require_person(work)
    await teams.get(work, team_id, lock=True)
    offered = await teams.find_hat(work, team_id, hat)
    if (
        offered is None
        or offered.person != person
        or offered.accepted_at is not None
        or offered.until_day < work.now.astimezone(zone).date()
    ):
        raise FailedPrecondition("TEAM_HAT_NOT_OFFERED")
    worn = replace(offered, accepted_at=work.now)
    await teams.save_hat(work, worn)
    await events_out.team_hat_given(work, worn)
