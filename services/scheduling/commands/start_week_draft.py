"""Somebody wants a draft of a week: it is made in a process apart, and nobody else hears of it yet."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition
from services.scheduling.domain.week_confirmation import require_monday
from services.scheduling.domain.week_draft import WeekDraft, start
from services.scheduling.storage import draft_choices, draft_facts, visit_places, week_drafts
from services.scheduling.storage.draft_access import begin_planning


async def start_week_draft(
    work: UnitOfWork,
    monday: date | None,
    together: bool,  # noqa: FBT001 - a field of the request
    absent: UUID | None,
    *,
    zone: ZoneInfo,
    iterations: int,
) -> UUID:
    """The id of the draft. `together` is for all who agreed to it, in the hat that the rulebook names; else it is for visits to the caller.
    Without the worker `absent`, if one is named.

    Raises Invalid WEEK_UNKNOWN, AlreadyExists WEEK_DRAFT_UNDERWAY, FailedPrecondition WEEK_DRAFT_NO_VISITS, WEEK_DRAFT_NO_WORKERS or
    WEEK_DRAFT_NOT_COMING, and what `begin_planning` raises.
    """
    planner = await begin_planning(work, together=together)
    first = require_monday(monday, work.now.astimezone(zone).date())
    draft = start(work.new_id(), planner, first, iterations, work.now, together=together, absent=absent)
    await _require_something_to_plan(work, draft)
    if not await week_drafts.add(work, draft):
        raise AlreadyExists("WEEK_DRAFT_UNDERWAY")
    return draft.id


async def _require_something_to_plan(work: UnitOfWork, draft: WeekDraft) -> None:
    """Of what the caller may not see, only whether there is any."""
    async with all_rows(work):
        visits = await draft_facts.list_to_plan(work, await draft_facts.list_persons(work, draft), draft.monday)
        workers = {worker for workers in (await draft_facts.list_workers(work, visits)).values() for worker in workers}
        choices = await draft_choices.list_workers(work, workers - {draft.absent})
        coming = await visit_places.list_workers_of(work, [visit.id for visit in visits])
    if not visits:
        raise FailedPrecondition("WEEK_DRAFT_NO_VISITS")
    if draft.absent is not None and not any(draft.absent in workers for workers in coming.values()):
        raise FailedPrecondition("WEEK_DRAFT_NOT_COMING")
    if not choices:
        raise FailedPrecondition("WEEK_DRAFT_NO_WORKERS")
