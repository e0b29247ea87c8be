"""Visits that are watched over, and that nobody has started some minutes after they should have begun, or until their end.

Whom the alerts are told to is the work of `tell_watch.py`, which needs to be sure of who holds the watch: what is late stands on the pages
also while nobody can be told.
"""

from datetime import datetime

from libs.database.engine import UnitOfWork
from libs.rulebook import WatchRules
from services.scheduling.commands.tell import Notice, tell_of_watch
from services.scheduling.domain.arrival import ExpectedVisit, arrival_alert, late_places, missed_places, next_look
from services.scheduling.domain.watch import AlertChange, Statement, miss, open_now
from services.scheduling.storage import expected_visits, watch_alerts, watch_rules


async def raise_alerts(work: UnitOfWork) -> int:
    """Returns how many visits became late or missed."""
    rules = await watch_rules.get(work)
    around = await expected_visits.list_around_now(work, await watch_rules.last_raised(work))
    due = [each.visit.id for each in around if late_places(each, rules, work.now) or missed_places(each, work.now)]
    for expected in await expected_visits.lock(work, due):
        await _raise(work, expected, rules)
    await watch_rules.raised(work)
    return len(due)


async def next_alert(work: UnitOfWork) -> datetime | None:
    """When a visit may be late or missed next."""
    rules = await watch_rules.get(work)
    around = await expected_visits.list_around_now(work, work.now)
    return min((moment for each in around if (moment := next_look(each, rules, work.now)) is not None), default=None)


async def _raise(work: UnitOfWork, expected: ExpectedVisit, rules: WatchRules) -> None:
    late = late_places(expected, rules, work.now)
    for place in late:
        await watch_alerts.add(work, AlertChange(open_now(arrival_alert(work.new_id(), expected.visit, place, work.now), work.now)))
    for place in missed_places(expected, work.now):
        before = expected.alerts.get(place)
        change = miss(before or arrival_alert(work.new_id(), expected.visit, place, work.now), Statement(work.new_id(), None, work.now))
        await (watch_alerts.save if before else watch_alerts.add)(work, change)
    await tell_of_watch(work, Notice.ON_WAY_ASKED, expected.visit.id, late, expected.visit.ends)
