"""Local times as real minutes, so that a night over a clock change is an hour longer or shorter.

A real minute is counted from the start of 1970 in UTC. A local time that comes twice means the first; one that a clock change leaves out
is counted with the offset before the change (RFC 5545, section 3.3.5).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60


def real_minute(zone: ZoneInfo, local: datetime) -> int:
    """The real minute of a local time without a zone."""
    return int(local.replace(tzinfo=zone, fold=0).timestamp()) // 60


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """When a local day starts, in UTC."""
    return datetime.fromtimestamp(midnight_minute(zone, day) * 60, UTC)


def midnight_minute(zone: ZoneInfo, day: date) -> int:
    """The real minute of it."""
    return real_minute(zone, datetime.combine(day, time()))


def first_at_or_after(zone: ZoneInfo, day: date, time_of_day: int, moment: int) -> int:
    """The first real minute at or after `moment`, from `day` on, at which it is `time_of_day`: minutes since midnight, up to 24:00."""
    while True:
        found = real_minute(zone, datetime.combine(day, time()) + timedelta(minutes=time_of_day))
        if found >= moment:
            return found
        day += timedelta(days=1)


def minutes_within(zone: ZoneInfo, start: int, end: int, hours: tuple[int, int]) -> int:
    """How many real minutes from `start` until before `end` the local clock shows a time within `hours`, which may go over midnight."""
    total = 0
    while start < end:
        stop = min(end, start + DAY_MINUTES)
        offset = _offset(zone, start)
        if _offset(zone, stop - 1) != offset:
            stop = _first_with_another_offset(zone, start, stop - 1)
        total += _count(stop + offset, hours) - _count(start + offset, hours)
        start = stop
    return total


def _first_with_another_offset(zone: ZoneInfo, before: int, after: int) -> int:
    """Within one day clocks change at most once."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, minute: int) -> int:
    offset = datetime.fromtimestamp(minute * 60, zone).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)


def _count(until: int, hours: tuple[int, int]) -> int:
    """Local minutes within the hours, from a midnight long ago until before `until`."""
    start, end = hours
    if start > end:
        return until - _count(until, (end, start))
    days, minute = divmod(until, DAY_MINUTES)
    return days * (end - start) + max(0, min(minute, end) - start)
