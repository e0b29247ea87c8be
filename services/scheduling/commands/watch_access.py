"""Who may look after an alert: what each of these commands begins with."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.scheduling.domain.watch import Alert
from services.scheduling.storage import watch_alerts, watch_duties


async def require_alert(work: UnitOfWork, alert_id: UUID) -> tuple[Alert, UUID]:
    """The alert, locked, for who holds the watch, was told last, has it, or is a secretary; and who of them it is; never who it is about.

    Raises NotFound ALERT_UNKNOWN, NotAllowed WATCH_NEEDED, ALERT_ABOUT_YOU or PERSON_NEEDED.
    """
    caller = await hats.require_person(work)
    alert = await watch_alerts.get(work, alert_id)
    if caller not in (alert.told_last, alert.taken_by):
        await watch_duties.require_in_charge(work)
    if caller in (alert.person, alert.worker):
        raise NotAllowed("ALERT_ABOUT_YOU")
    return alert, caller
