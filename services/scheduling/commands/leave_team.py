"""Somebody is no longer in a team: what they had taken and has not started is open again, and needs somebody. No later visit takes them."""

from datetime import datetime
from uuid import UUID

from libs.access import merged_persons
from libs.database.engine import UnitOfWork
from services.scheduling.commands.raise_cover import raise_cover
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.storage import events_out, standing_places, task_grants, teams, visit_places, visit_sharers, visits


async def leave_team(work: UnitOfWork, team: UUID, owner: UUID, person: UUID, at: datetime) -> None:
    """`owner` and `person` are the entries that the event names, and `at` is when they left: when old events are handled again, what they
    took after coming back stays theirs.

    Nobody takes a visit as this member meanwhile: both wait for the lock of the worker.
    """
    main, in_use = await teams.main_of(work, team), await merged_persons.find_kept(work, person) or person
    of = await merged_persons.find_kept(work, owner) or owner
    await visit_places.lock_worker(work, in_use)
    await teams.remove_member(work, main, person)
    if await teams.find_member(work, main, in_use) is not None:
        await raise_cover(work, of, in_use, at, [])
        return  # They had joined as another entry too, and left with this one alone.
    await task_grants.end_all(work, main, in_use)
    freed = await visit_places.free_in_team(work, main, in_use, at)
    for standing in await standing_places.leave_team(work, main, in_use, at):
        await events_out.standing_place_ended(work, standing, None, "left_team")
    # What the owner shares with others needs somebody who is in both teams.
    for place in await visit_sharers.free_of_worker(work, of, in_use, at):
        await events_out.visit_given_back(work, place.visit, place.person, in_use, "left_team")
        visit = await visits.get(work, place.visit)
        await tell(work, Notice.GIVEN_BACK, visit, await visit_sharers.everybody_at(work, visit))
    for place in freed:
        await events_out.visit_given_back(work, place.visit, place.person, in_use, "left_team")
    await raise_cover(work, of, in_use, at, freed)
