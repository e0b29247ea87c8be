"""Somebody wants a draft of a week: it is made in a process apart, and nobody else hears of it yet."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.week_confirmation import require_monday
from services.scheduling.domain.week_draft import WeekDraft, start
from services.scheduling.storage import draft_choices, draft_facts, week_drafts


async def start_week_draft(work: UnitOfWork, monday: date | None, together: bool, *, zone: ZoneInfo, iterations: int) -> UUID:  # noqa: FBT001 - a field of the request
    """The id of the draft. `together` is for all who agreed to it, by a secretary; else it is for visits to the caller.

    Raises NotAllowed PERSON_NEEDED, HAT_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, Invalid WEEK_UNKNOWN, AlreadyExists
    WEEK_DRAFT_UNDERWAY, FailedPrecondition WEEK_DRAFT_NO_VISITS or WEEK_DRAFT_NO_WORKERS.
    """
    planner = await hats.require_person(work, hats.SECRETARY) if together else await acting.require_principal(work, SCOPE)
    first = require_monday(monday, work.now.astimezone(zone).date())
    draft = start(work.new_id(), planner, first, iterations, work.now, together=together)
    await _require_something_to_plan(work, draft)
    if not await week_drafts.add(work, draft):
        raise AlreadyExists("WEEK_DRAFT_UNDERWAY")
    return draft.id


async def _require_something_to_plan(work: UnitOfWork, draft: WeekDraft) -> None:
    """Of what the caller may not see, only whether there is any."""
    async with all_rows(work):
        visits = await draft_facts.list_to_plan(work, await draft_facts.list_persons(work, draft), draft.monday)
        workers = {worker for workers in (await draft_facts.list_workers(work, visits)).values() for worker in workers}
        choices = await draft_choices.list_workers(work, workers)
    if not visits:
        raise FailedPrecondition("WEEK_DRAFT_NO_VISITS")
    if not choices:
        raise FailedPrecondition("WEEK_DRAFT_NO_WORKERS")
