"""Somebody is no longer in a team: what they had taken and has not started is open again."""

from datetime import datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.storage import events_out, teams, visit_places


async def leave_team(work: UnitOfWork, team: UUID, person: UUID, at: datetime) -> None:
    """`at` is when they left: when old events are handled again, what they took after coming back stays theirs."""
    await teams.remove_member(work, team, person)
    for place in await visit_places.free_in_team(work, team, person, at):
        await events_out.visit_given_back(work, place.visit, place.person, person, "left_team")
