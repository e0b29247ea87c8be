"""Makes the visits of series ahead of time: when a series is agreed, and day by day from then on.

A day's visit is made once. What became of it is the exception to the series: a day that was looked after is never looked at again, and
the database would refuse a second visit for it, so that being stopped in the middle, or running twice, changes nothing.
"""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.scheduling.commands.keep_gaps import tell_of_broken_gaps
from services.scheduling.commands.share_visits import share_new_visits
from services.scheduling.commands.take_planned_visits import take_planned_visits
from services.scheduling.domain import visit as visits
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_series import VisitSeries, days_to_plan, time_on
from services.scheduling.storage import events_out, series, series_visits


async def plan_series_visits(work: UnitOfWork, today: date, *, zone: ZoneInfo) -> int:
    """Those of some of the series that are due, with the workers who come to all of them. `today` is the local day.

    Returns of how many series. All visits are made before the first worker is locked, as everybody locks them.
    """
    due = await series.list_due(work, today)
    made = {one.id: await plan_visits_of(work, one, today) for one in due}
    await take_planned_visits(work, made, today, zone=zone)
    return len(due)


async def plan_visits_of(work: UnitOfWork, agreed: VisitSeries, today: date) -> list[Visit]:
    """Those of one series, which is locked or new. Returns those that were made."""
    days, until = days_to_plan(agreed, today)
    made = [visit for day in days if (visit := _visit_on(work, agreed, day)) is not None]
    new = [visit for visit in made if await series_visits.add_new(work, visit)]
    for visit in new:
        await events_out.visit_proposed(work, visit)
        await events_out.visit_agreed(work, visit)
    await share_new_visits(work, new)
    await tell_of_broken_gaps(work, new)
    await series.set_planned(work, agreed.id, until)
    return new


def _visit_on(work: UnitOfWork, agreed: VisitSeries, day: date) -> Visit | None:
    """None for one whose time has gone by."""
    when = time_on(agreed, day)
    if when.starts <= work.now or agreed.agreed_by is None:
        return None
    proposed = visits.propose(work.new_id(), agreed.person, agreed.team, when, agreed.workers, agreed.proposed_by)
    return replace(visits.agree(proposed, agreed.agreed_by, work.now), series=agreed.id, series_day=day)
