"""What is open, for who holds the watch and for secretaries."""

from collections.abc import Mapping
from uuid import UUID

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.watch import Alert, AlertStep
from services.scheduling.storage import watch_alerts, watch_duties


async def get_open_alerts(work: UnitOfWork) -> tuple[list[Alert], Mapping[UUID, list[AlertStep]]]:
    """The oldest first, with their steps. Raises NotAllowed WATCH_NEEDED."""
    await watch_duties.require_in_charge(work)
    alerts = await watch_alerts.list_open(work)
    await audit.record_read(work, "watch alert", "list", *sorted({person for alert in alerts for person in alert.told_of_reads}))
    return alerts, await watch_alerts.list_steps(work, [alert.id for alert in alerts])
