"""A person's visits as a calendar file (RFC 5545), for the calendar on their phone.

It says when, and nothing of who or where: phones hand their calendars on to companies, to cars and to whole families. Equal visits make
equal bytes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from kith.scheduling.v1 import calendars_pb2 as pb
from services.web.page_context import utc_datetime
from services.web.pages.calendars.time_zone import time_zone

_REFRESH = timedelta(hours=1)
_AROUND_A_CHANGE = timedelta(hours=2)
_MILLISECONDS_SHIFT = 80
"""A UUIDv7 begins with the milliseconds since 1970 (RFC 9562, section 5.7)."""


def calendar_file(visits: Sequence[pb.CalendarVisit], zone: ZoneInfo, name: str, title: str) -> bytes:
    """`name` is the calendar's, `title` what each visit is called."""
    calendar = Calendar()
    calendar.add("prodid", "-//Kith//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    events = [_event(visit, zone, title) for visit in visits]
    if events:
        calendar.add_component(time_zone(zone, events[0].start.year, events[-1].end.year))
    for event in events:
        calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data


def _event(visit: pb.CalendarVisit, zone: ZoneInfo, title: str) -> Event:
    event = Event()
    event.add("uid", visit.visit_id)
    # When the visit was first written down. Later changes show in SEQUENCE.
    event.add("dtstamp", datetime.fromtimestamp((UUID(visit.visit_id).int >> _MILLISECONDS_SHIFT) // 1000, UTC))
    event.add("sequence", visit.version)
    event.add("dtstart", _local(utc_datetime(visit.starts_at), zone))
    event.add("dtend", _local(utc_datetime(visit.ends_at), zone))
    event.add("summary", title)
    event.add("status", "CANCELLED" if visit.cancelled else "CONFIRMED")
    return event


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    """By the clock of `zone`; in UTC close to a change of the clock, where calendars differ in what a local time means."""
    before, local, after = (moment.astimezone(zone) for moment in (at - _AROUND_A_CHANGE, at, at + _AROUND_A_CHANGE))
    return local if before.utcoffset() == after.utcoffset() else at
