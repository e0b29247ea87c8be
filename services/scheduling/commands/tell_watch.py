"""Tells those who hold the watch of open alerts, one after the other.

What is told, the step that says so, and the event that brings the notice are one transaction: whatever is stopped in the middle, somebody
is told once, and nobody is left out.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from kith.scheduling.v1.enums import AlertKind, AlertState
from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.rulebook import WatchRules
from services.scheduling.commands.tell import Notice, tell_of_watch
from services.scheduling.domain.watch import Alert, Statement, call_off, hurry, next_in_line, open_now, reopen, tell
from services.scheduling.storage import watch_alerts, watch_duties, watch_rules

NEWS = timedelta(days=1)
"""So long it is of use to hear of an alert."""


async def tell_watch(work: UnitOfWork) -> int:
    """Returns of how many alerts somebody was told."""
    rules = await watch_rules.get(work)
    holders, secretaries = await watch_duties.list_holders(work), await hats.list_wearers(work, hats.SECRETARY)
    for alert in await watch_alerts.list_left_alone(work):
        is_taken = alert.state is AlertState.TAKEN
        gone = Statement(work.new_id(), alert.taken_by, work.now)
        await watch_alerts.save(work, reopen(alert, gone) if is_taken else hurry(alert, work.now))
    told = [await _tell_next(work, alert, holders, secretaries, rules) for alert in await watch_alerts.list_due(work)]
    await watch_rules.look(work)
    return sum(told)


async def _tell_next(work: UnitOfWork, due: Alert, holders: Sequence[UUID], secretaries: Sequence[UUID], rules: WatchRules) -> bool:
    alert = due
    if due.state is AlertState.WAITING:
        if due.kind is AlertKind.ARRIVAL and not await watch_alerts.still_comes(work, due):
            # Called off, moved, given back or watched over no more since the worker said when they come.
            await watch_alerts.save(work, call_off(due))
            return False
        alert = open_now(due, work.now)
        # Most often it was forgotten: the worker can answer before anybody has to look for them.
        asks = Notice.SAFE_ASKED if alert.kind is AlertKind.LONE else Notice.ON_WAY_ASKED
        await tell_of_watch(work, asks, alert.visit, {alert.worker}, work.now + NEWS)
    told, close = await watch_alerts.list_told(work, alert), await acting.list_holders(work, alert.person)
    people = next_in_line(alert, holders, secretaries, told, close)
    steps = [work.new_id() for _ in people]
    await watch_alerts.save(work, tell(alert, people, holders, steps, work.now, timedelta(minutes=rules.next_after)))
    await tell_of_watch(work, _notice(alert), alert.id, people, work.now + NEWS)
    return bool(people)


def _notice(alert: Alert) -> Notice:
    if alert.kind is AlertKind.LONE:
        return Notice.WATCH_LONE
    return Notice.WATCH_MISSED if alert.missed_at else Notice.WATCH_LATE
