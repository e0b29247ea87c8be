"""A worker's own pay: of a closed period, or of what they confirmed since the last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.local_clock import midnight
from services.scheduling.domain.open_statement import PayPeriod
from services.scheduling.domain.pay_period import SettledVisit
from services.scheduling.storage import pay_periods, worked_visits

_BEFORE_ANY = timedelta(days=100)


@dataclass(frozen=True)
class OwnPay:
    """`reason` says why it is less than the floor. Without a period it is not settled yet."""

    worker: UUID
    settled: Sequence[SettledVisit]
    period: PayPeriod | None
    reason: str


async def get_pay(work: UnitOfWork, period_id: UUID | None, *, zone: ZoneInfo) -> OwnPay:
    """Raises NotAllowed PERSON_NEEDED, NotFound PERIOD_UNKNOWN."""
    worker = await hats.require_person(work)
    if period_id is None:
        counted_from = await pay_periods.find_first_day(work)
        begin = midnight(zone, counted_from) if counted_from else work.now - _BEFORE_ANY
        due = await worked_visits.list_due(work, zone, begin, work.now, worker=worker)
        return OwnPay(worker, due.settled, None, "")
    period = await pay_periods.get(work, period_id)
    closed = await pay_periods.list_of_worker(work, worker, period_id)
    reason = (await pay_periods.list_reasons(work, period_id)).get(worker, "")
    return OwnPay(worker, [each.settled for each in closed], period, reason)
