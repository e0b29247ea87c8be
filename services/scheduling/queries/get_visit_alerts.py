"""What was done about a visit that did not start, or about a worker who is alone, as far as the caller may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from libs.access import acting, audit
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.scheduling.domain.arrival import late_at, may_say_on_way
from services.scheduling.domain.visit import SCOPE, Visit
from services.scheduling.domain.watch import Alert, AlertStep
from services.scheduling.storage import expected_visits, visit_places, visit_records, visits, watch_alerts, watch_rules
from services.scheduling.storage.watch_rules import WatchGap


@dataclass(frozen=True)
class VisitAlerts:
    """`gaps`: when nobody watched while the visit should have begun or ended."""

    alerts: list[Alert]
    steps: Mapping[UUID, list[AlertStep]]
    watched: bool
    gaps: list[WatchGap]
    may_say_on_way: bool
    alone_always: bool


async def get_visit_alerts(work: UnitOfWork, visit_id: UUID) -> VisitAlerts:
    """Raises NotFound VISIT_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    return await read_alerts(work, await visits.get(work, visit_id))


async def read_alerts(work: UnitOfWork, visit: Visit) -> VisitAlerts:
    """Of a visit that the caller sees."""
    rules = await watch_rules.get(work)
    alerts = await watch_alerts.list_of_visits(work, [visit.id])
    steps = await watch_alerts.list_steps(work, [alert.id for alert in alerts])
    await audit.record_read(work, "watch alert", "view", *sorted({person for alert in alerts for person in alert.told_of_reads}))
    async with all_rows(work):
        # Who comes needs to know that somebody waits for them to say that they start; who chose it, and when, stays the person's.
        watched = await expected_visits.is_watched(work, visit.id)
    gaps = await watch_rules.list_gaps(work, late_at(visit, rules), visit.ends + timedelta(minutes=1)) if watched else []
    worker = None if work.caller.acting_for else work.caller.person
    expected = (
        may_say_on_way(visit, work.now)
        and worker in await visit_places.list_workers(work, visit.id)
        and all(record.worker != worker for record in await visit_records.list_of_visit(work, visit.id))
    )
    return VisitAlerts(alerts, steps, watched, gaps, expected, rules.lone_always and visit.workers == 1)
