"""What follows once a person has agreed to a series: the one that it replaces ends, and its first visits are made."""

from datetime import date
from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.cancel_series_visits import cancel_series_visits
from services.scheduling.commands.keep_gaps import follow_gaps
from services.scheduling.commands.plan_series_visits import plan_visits_of
from services.scheduling.commands.series_access import proposer_of
from services.scheduling.commands.tell import Notice, tell_of_series
from services.scheduling.domain.visit_series import VisitSeries, begins_on, make_way
from services.scheduling.domain.visit_task import TaskList
from services.scheduling.storage import events_out, series, visit_tasks, watch_choices


async def begin_series(work: UnitOfWork, agreed: VisitSeries, caller: UUID, today: date) -> None:
    """`caller` is who agreed."""
    await events_out.series_agreed(work, agreed)
    if agreed.replaces is not None:
        await _end_replaced(work, agreed, agreed.replaces, caller, today)
        await follow_gaps(work, agreed, agreed.replaces, today)
    await plan_visits_of(work, agreed, today)
    await tell_of_series(work, Notice.SERIES_AGREED, agreed.id, {*await proposer_of(work, agreed), agreed.person})


async def _end_replaced(work: UnitOfWork, agreed: VisitSeries, replaced: UUID, caller: UUID, today: date) -> None:
    before = await series.get(work, replaced, lock=True)
    await watch_choices.follow_series(work, agreed.person, before.id, agreed.id)
    await visit_tasks.follow_series(work, before.id, TaskList(work.new_id(), agreed.person, None, agreed.id, caller, work.now))
    from_day = begins_on(agreed, today, work.now)
    ended = make_way(before, from_day, today)
    if ended is None:
        return
    await series.save(work, ended)
    await events_out.series_ended(work, ended, from_day, caller)
    workers = await cancel_series_visits(work, ended, from_day, caller, today)
    # The workers hear of the new times as they take them: their yes was for the ones before.
    await tell_of_series(work, Notice.SERIES_ENDED, ended.id, workers)
