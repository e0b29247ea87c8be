"""The person says, in their own words, what is to be done at a visit, or at all visits of a series.

Who comes already must be somebody to whom they have given what is asked for now: nobody finds a task at a visit that they may not do. The
visits are locked as for everybody who takes one, so that no yes slips in between.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState
from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.domain.visit import NEXT, SCOPE, Visit, require_not_started
from services.scheduling.domain.visit_series import is_over
from services.scheduling.domain.visit_task import NewTask, TaskList, check_tasks, kinds_of, not_given, require_shown
from services.scheduling.storage import events_out, series, series_visits, task_grants, visit_places, visit_records, visit_tasks, visits

_NEVER = frozenset({SeriesState.DECLINED, SeriesState.WITHDRAWN})


async def set_visit_tasks(
    work: UnitOfWork, visit_id: UUID | None, series_id: UUID | None, shown: UUID | None, new: Sequence[NewTask], *, zone: ZoneInfo
) -> UUID:
    """Of a visit, or of a series; `shown` is the list on the page. Returns the id of the new list.

    Raises NotFound VISIT_UNKNOWN or SERIES_UNKNOWN, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE,
    FailedPrecondition VISIT_OVER, VISIT_STARTED, SERIES_OVER, or VISIT_WORKER_NEEDS_TASKS with `tasks`, Conflict VERSION_STALE, and what
    `check_tasks` raises.
    """
    tasks = check_tasks(new)
    await acting.require_principal(work, SCOPE)
    if visit_id is not None:
        return await _set_of_visit(work, visit_id, shown, tasks)
    assert series_id is not None  # noqa: S101 - the request has one of the two
    return await _set_of_series(work, series_id, shown, tasks, zone)


async def _set_of_visit(work: UnitOfWork, visit_id: UUID, shown: UUID | None, tasks: Sequence[NewTask]) -> UUID:
    visit = await visits.get(work, visit_id, lock=True)
    caller = await acting.require_self_or_acting(work, visit.person, SCOPE)
    require_shown((await visit_tasks.of_visit(work, visit)).list, shown)
    if not NEXT[visit.state]:
        raise FailedPrecondition("VISIT_OVER")
    require_not_started(visit, work.now)
    await visit_records.require_not_begun(work, visit.id)
    await _require_given(work, [visit], tasks)
    return await _add(work, TaskList(work.new_id(), visit.person, visit.id, None, caller, work.now), tasks)


async def _set_of_series(work: UnitOfWork, series_id: UUID, shown: UUID | None, tasks: Sequence[NewTask], zone: ZoneInfo) -> UUID:
    found = await series.get(work, series_id, lock=True)
    caller = await acting.require_self_or_acting(work, found.person, SCOPE)
    require_shown((await visit_tasks.of_series(work, found.id)).list, shown)
    if found.state in _NEVER or is_over(found, work.now.astimezone(zone).date()):
        raise FailedPrecondition("SERIES_OVER")
    to_come = await series_visits.lock_to_come(work, found.id)
    await _require_given(work, [visit for visit in to_come if not await visit_tasks.has_own(work, visit.id)], tasks)
    return await _add(work, TaskList(work.new_id(), found.person, None, found.id, caller, work.now), tasks)


async def _require_given(work: UnitOfWork, planned: Iterable[Visit], tasks: Sequence[NewTask]) -> None:
    """Raises FailedPrecondition VISIT_WORKER_NEEDS_TASKS: somebody comes who may not do it."""
    kinds = kinds_of(tasks)
    for visit in planned:
        workers = await visit_places.list_workers(work, visit.id)
        grants = await task_grants.list_of(work, visit.team, workers)
        for worker in workers:
            if missing := not_given(kinds, grants[worker], visit.day):
                raise FailedPrecondition("VISIT_WORKER_NEEDS_TASKS", tasks=" ".join(missing), at=visit.starts.isoformat())


async def _add(work: UnitOfWork, new: TaskList, tasks: Sequence[NewTask]) -> UUID:
    await visit_tasks.add(work, new, tasks)
    await events_out.visit_tasks_set(work, new, kinds_of(tasks))
    return new.id
