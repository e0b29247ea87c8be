"""Somebody who was asked to be in a team says yes, or no thank you."""

from dataclasses import replace
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.domain.introduction import end_by_joining
from services.matching.storage import events_out, introductions, teams


async def answer_team_invitation(work: UnitOfWork, team_id: UUID, accepted: bool) -> None:  # noqa: FBT001 - a field of the request
    """Nobody accepts for another. An introduction of the two ends with it: they have joined.

    Raises NotFound TEAM_UNKNOWN, FailedPrecondition NOT_INVITED.
    """
    person = await hats.require_person(work)
    # Locked, as by an introduction that begins: nobody is in the team and in an introduction to it.
    team = await teams.get(work, team_id, lock=True)
    member = await teams.find_member(work, team_id, person)
    if member is None or member.joined_at is not None:
        raise FailedPrecondition("NOT_INVITED")
    if not accepted:
        await teams.remove_member(work, team_id, person)
        return
    live = await introductions.find_live(work, team.owner, person)
    if live is not None:
        await introductions.save(work, end_by_joining(live, work.now))
    joined = replace(member, joined_at=work.now)
    await teams.save_member(work, joined)
    await events_out.team_member_joined(work, team, joined)
