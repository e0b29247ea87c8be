"""Alerts about a worker at a visit are over once what they wait for has happened, and those who were told hear of it."""

from uuid import UUID

from kith.scheduling.v1.enums import AlertKind, AlertState, AlertStepKind
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_watch
from services.scheduling.commands.tell_watch import NEWS
from services.scheduling.domain.watch import Alert, Statement, end
from services.scheduling.storage import watch_alerts


async def settle_started(work: UnitOfWork, visit: UUID, worker: UUID) -> None:
    """They have said that they start, or wrote it down later."""
    await _settle(work, visit, worker, AlertKind.ARRIVAL, AlertStepKind.STARTED)


async def settle_alone(work: UnitOfWork, visit: UUID, worker: UUID, kind: AlertStepKind) -> bool:
    """They have said that they finished, or that they are safe. Whether anybody waited for it."""
    return await _settle(work, visit, worker, AlertKind.LONE, kind)


async def tell_answered(work: UnitOfWork, alert: Alert) -> None:
    """Who was told in this round, or has it."""
    told = {*await watch_alerts.list_told(work, alert), alert.taken_by}
    await tell_of_watch(work, Notice.WATCH_ANSWERED, alert.id, told, work.now + NEWS)


async def _settle(work: UnitOfWork, visit: UUID, worker: UUID, of: AlertKind, kind: AlertStepKind) -> bool:
    found = [alert for alert in await watch_alerts.list_of_worker(work, visit, worker) if alert.kind is of]
    going_on = [alert for alert in found if alert.state is not AlertState.OVER]
    for alert in going_on:
        await tell_answered(work, alert)
        await watch_alerts.save(work, end(alert, kind, Statement(work.new_id(), worker, work.now)))
    return bool(going_on)
