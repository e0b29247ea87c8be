"""Somebody is erased: what they had taken and has not started is open again, and each person hears of it as when they left the team."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.raise_cover import raise_cover
from services.scheduling.storage import events_out, standing_places, visit_places
from services.scheduling.storage.visit_places import VisitPlace


async def leave_all_teams(work: UnitOfWork, worker: UUID, at: datetime) -> None:
    """`at` is when it was decided: handled again, it tells nobody twice."""
    await visit_places.lock_worker(work, worker)
    of_person: defaultdict[UUID, list[VisitPlace]] = defaultdict(list)
    for place in await visit_places.free_to_come(work, worker, at):
        await events_out.visit_given_back(work, place.visit, place.person, worker, "left_team")
        of_person[place.person].append(place)
    for standing in await standing_places.leave_all_teams(work, worker, at):
        await events_out.standing_place_ended(work, standing, None, "left_team")
    for person, freed in of_person.items():
        await raise_cover(work, person, worker, at, freed)
