"""Somebody who was told says "I have it": nobody else is told."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.watch_access import require_alert
from services.scheduling.domain.watch import Statement, take
from services.scheduling.storage import watch_alerts


async def take_alert(work: UnitOfWork, alert_id: UUID) -> None:
    """Raises what `require_alert` raises, AlreadyExists ALERT_TAKEN, FailedPrecondition ALERT_OVER."""
    alert, caller = await require_alert(work, alert_id)
    await watch_alerts.save(work, take(alert, Statement(work.new_id(), caller, work.now)))
