"""When a worker does not come to visits. Whether they are on leave or ill is nobody's to know: they are away."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.refusals import invalid
from services.scheduling.domain.local_clock import midnight
from services.scheduling.domain.visit import MAX_AHEAD


@dataclass(frozen=True)
class Away:
    """From `begins` until just before `ends`; without one until they say that they are back."""

    id: UUID
    worker: UUID
    begins: datetime
    ends: datetime | None


def go_away(new_id: UUID, worker: UUID, zone: ZoneInfo, first: date | None, last: date | None, now: datetime) -> Away:
    """Whole days by the clock of `zone`. Without a first day, or from today, it begins at this moment.

    Raises Invalid AWAY_PAST, AWAY_ENDS_BEFORE or VISIT_TOO_FAR.
    """
    today = now.astimezone(zone).date()
    begin = first or today
    if begin < today:
        raise invalid("first_day", "AWAY_PAST")
    if last is not None and last < begin:
        raise invalid("last_day", "AWAY_ENDS_BEFORE")
    for field, day in (("first_day", begin), ("last_day", last or begin)):
        if day > today + MAX_AHEAD:
            raise invalid(field, "VISIT_TOO_FAR")
    ends = midnight(zone, last + timedelta(days=1)) if last else None
    return Away(new_id, worker, now if begin == today else midnight(zone, begin), ends)
