"""A worker comes later than planned: the person is told, and nobody is looked for until then."""

from datetime import datetime, timedelta
from uuid import UUID

from kith.scheduling.v1.enums import AlertKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.commands.settle_alerts import tell_answered
from services.scheduling.commands.tell import Notice, tell_of_watch
from services.scheduling.domain.arrival import arrival_alert, expect_later
from services.scheduling.domain.watch import Statement, put_off
from services.scheduling.storage import visit_places, visit_records, visit_sharers, visits, watch_alerts, watch_rules


async def say_on_way(work: UnitOfWork, visit_id: UUID, minutes: int) -> datetime:
    """When they come. When they have not started some minutes after that, those who hold the watch are told, if it is watched over then.

    Raises NotFound VISIT_UNKNOWN, FailedPrecondition VISIT_NOT_YOURS or RECORD_BEGUN, NotAllowed PERSON_NEEDED, and what `expect_later`
    raises.
    """
    worker = await hats.require_person(work)
    visit = await visits.get(work, visit_id, lock=True)
    if worker not in await visit_places.list_workers(work, visit.id):
        raise FailedPrecondition("VISIT_NOT_YOURS")
    if any(record.worker == worker for record in await visit_records.list_of_visit(work, visit.id)):
        raise FailedPrecondition("RECORD_BEGUN")
    comes_at = expect_later(visit, minutes, work.now)
    until = comes_at + timedelta(minutes=(await watch_rules.get(work)).late_after)
    found = await watch_alerts.list_of_worker(work, visit.id, worker)
    before = next((alert for alert in found if alert.kind is AlertKind.ARRIVAL and alert.starts == visit.starts), None)
    if before is not None:
        await tell_answered(work, before)
    statement = Statement(work.new_id(), worker, work.now)
    change = put_off(before or arrival_alert(work.new_id(), visit, worker, work.now), statement, comes_at, until)
    await (watch_alerts.save if before else watch_alerts.add)(work, change)
    await tell_of_watch(work, Notice.COMES_LATE, visit.id, await visit_sharers.everybody_at(work, visit), comes_at)
    return comes_at
