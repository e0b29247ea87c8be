"""A worker writes when they started and finished, and what was done of what was asked; or corrects that with a new entry."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import AlertStepKind
from libs.database.engine import UnitOfWork
from services.scheduling.commands.record_access import begin_record, require_own_record, statement
from services.scheduling.commands.settle_alerts import settle_alone, settle_started
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.record_times import LocalMoment, with_minutes_beside, worked_time
from services.scheduling.domain.task_outcome import SaidOutcome, check_outcomes
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_record import VisitRecord, require_version, write
from services.scheduling.domain.visit_task import VisitTask, require_shown
from services.scheduling.storage import events_out, task_outcomes, timed_confirmations, visit_records, visit_sharers, visit_tasks, visits


async def record_visit(
    work: UnitOfWork,
    visit_id: UUID,
    record_id: UUID | None,
    shown: int,
    starts: LocalMoment | None,
    ends: LocalMoment | None,
    note: str,
    travel: int = 0,
    waiting: int = 0,
    task_list: UUID | None = None,
    outcomes: Sequence[SaidOutcome] = (),
    *,
    zone: ZoneInfo,
    late: bool = False,
) -> VisitRecord:
    """Without a `record_id` it is the first thing that is said. `task_list` is the list on the page, with the `outcomes` of all its tasks;
    what is sent `late` may be about one that held when the page was opened.

    Raises what `begin_record`, `require_own_record`, `worked_time`, `with_minutes_beside`, `check_outcomes` and `write` raise, NotFound
    VISIT_UNKNOWN, and Conflict VERSION_STALE where another list holds now.
    """
    if record_id is None:
        visit, record = await begin_record(work, visit_id)
        require_version(record, shown)
        begun, said_before = None, list[datetime]()
    else:
        record = await require_own_record(work, record_id, shown)
        visit, begun = await visits.get(work, record.visit), await visit_records.find_begun(work, record.id)
        said_before = await visit_records.list_moments(work, record.id)
    worked = with_minutes_beside(worked_time(zone, visit, begun, starts, ends, work.now, said_before), travel, waiting)
    tasks = await _tasks_shown(work, visit, task_list, late=late)
    checked = check_outcomes(zone, visit, tasks, outcomes, worked, said_before)
    at_visit = await visit_sharers.everybody_at(work, visit)
    timer = await timed_confirmations.timer_for_all(work, at_visit, record.worker)
    change = write(record, statement(work, record.worker), worked, note, timer)
    await (visit_records.add if record_id is None else visit_records.save)(work, change)
    await task_outcomes.add(work, change.entry, checked)
    await events_out.visit_recorded(work, *change)
    await settle_started(work, visit.id, record.worker)
    await settle_alone(work, visit.id, record.worker, AlertStepKind.FINISHED)
    await tell(work, Notice.RECORDED, visit, at_visit)
    return change.record


async def _tasks_shown(work: UnitOfWork, visit: Visit, shown: UUID | None, *, late: bool) -> Sequence[VisitTask]:
    """Those of the list that the worker saw."""
    if not late:
        found = await visit_tasks.of_visit(work, visit)
        require_shown(found.list, shown)
        return found.tasks
    return (await visit_tasks.find_read(work, visit, shown)).tasks if shown else ()
