"""Two entries turned out to be one person: their visits, their places and their teams are the kept entry's."""

from uuid import UUID

from libs.access import held_credentials, merged_persons
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.storage import (
    calendars,
    clearance,
    covers,
    day_sheets,
    events_out,
    merged_drafts,
    merged_money,
    merged_sharing,
    merged_visits,
    merged_watch,
    merged_weeks,
    rest_reasons,
    shared_budgets,
    standing_places,
    task_grants,
    task_outcomes,
    teams,
    visit_places,
    visit_tasks,
    visits,
)


async def merge_persons(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Of two places at one moment the kept entry's own stays, and the other is open again; so is a visit to oneself.

    Whether what is left keeps the worker's rest is theirs to look at: nothing else is taken from them.
    """
    await merged_persons.lock(work, kept, other)
    await merged_persons.add(work, other, kept)
    await merged_visits.move_plans(work, kept, other)
    await merged_weeks.move(work, kept, other)
    # Who has the other's address knows of that entry's visits, not of both.
    await calendars.delete_of(work, other)
    await merged_drafts.move(work, kept, other)
    await day_sheets.move(work, kept, other)
    # After the visits and the swaps, as everybody does.
    for worker in sorted((kept, other)):
        await visit_places.lock_worker(work, worker)
    for place in await merged_visits.free_doubles(work, kept, other):
        await events_out.visit_given_back(work, place.visit, place.person, kept, "merged")
        await tell(work, Notice.GIVEN_BACK, await visits.get(work, place.visit), {place.person, kept})
    await merged_visits.move_places(work, kept, other)
    await rest_reasons.move(work, kept, other)
    await standing_places.move(work, kept, other)
    await merged_visits.move_records(work, kept, other)
    await task_outcomes.move(work, kept, other)
    await visit_tasks.move(work, kept, other)
    await merged_money.move(work, kept, other)
    await shared_budgets.move(work, kept, other)
    await merged_sharing.move(work, kept, other)
    await covers.move(work, kept, other)
    await merged_watch.move(work, kept, other)
    await task_grants.move(work, kept, other)
    await teams.move(work, kept, other)
    await held_credentials.move(work, kept, other)
    # The kept entry may have a place now that only the other's credentials, ended since, had opened.
    await clearance.settle(work, other)
    await clearance.doubt(work, kept)
