"""A time zone as calendars read it (RFC 5545, section 3.6.5): each clock change within some years, as the zone's own table has it.

The library makes such a component too, but begins summer time an hour late: it writes the local time after the change, not before it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_STEPS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1))
_NONE = timedelta()


@lru_cache(maxsize=8)
def time_zone(zone: ZoneInfo, first_year: int, last_year: int) -> Timezone:
    """`zone` from the start of the first year to the end of the last one."""
    begin, end = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", zone.key)
    for at in (begin, *_changes(zone, begin, end)):
        before, after = (moment.astimezone(zone) for moment in (at - _STEPS[-1], at))
        part = TimezoneDaylight() if after.dst() else TimezoneStandard()
        # The moment on the clock as it was until then.
        part.add("dtstart", (at + (before.utcoffset() or _NONE)).replace(tzinfo=None))
        part.add("tzoffsetfrom", before.utcoffset())
        part.add("tzoffsetto", after.utcoffset())
        part.add("tzname", after.tzname())
        component.add_component(part)
    return component


def _changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Each moment at which the clock changes, to the minute."""
    at = begin
    while at < end:
        if _offset(zone, at) != _offset(zone, at + _STEPS[0]):
            for step in _STEPS[1:]:
                while _offset(zone, at) == _offset(zone, at + step):
                    at += step
            yield at + _STEPS[-1]
        at += _STEPS[0]


def _offset(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
