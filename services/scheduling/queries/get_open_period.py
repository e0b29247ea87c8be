"""What closing a pay period would make: for the secretary who checks it."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.scheduling.storage.money_access import require_secretary
from services.scheduling.storage.open_periods import OpenPeriod, load_open_period


async def get_open_period(work: UnitOfWork, first_day: date | None, last_day: date | None, *, zone: ZoneInfo) -> OpenPeriod:
    """Everybody in it is audited. Raises NotAllowed HAT_NEEDED, and what `load_open_period` raises."""
    await require_secretary(work)
    found = await load_open_period(work, first_day, last_day, zone)
    await audit.record_read(work, "pay period", "check", *_everybody(found))
    return found


def _everybody(found: OpenPeriod) -> set[UUID]:
    visits = [each.visit for each in found.settled]
    of_settled = {who for visit in visits for who in (*visit.persons, visit.worker)}
    return of_settled | {who for each in found.not_settled for who in (each.person, each.worker)}
