"""Quiet hours: from one time of the day until another in the co-op's zone, over midnight or not."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY_MINUTES = 24 * 60


def quiet_until(now: datetime, quiet_from: int, until: int, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours in which `now` lies are over; None outside them. Both ends are minutes after midnight; equal means none."""
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    if (minute - quiet_from) % _DAY_MINUTES >= (until - quiet_from) % _DAY_MINUTES:
        return None
    day = local.date() if minute < until else local.date() + timedelta(days=1)
    # The end is a time on the clock, so that it is right on the days on which the clocks change.
    return datetime.combine(day, time(*divmod(until, 60)), zone).astimezone(now.tzinfo)
