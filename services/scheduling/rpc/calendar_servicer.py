"""The RPCs of calendars."""

from collections.abc import Sequence

from kith.scheduling.v1 import calendars_pb2 as pb
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, called_by, command, query
from libs.rpc.fields import timestamp
from services.scheduling.commands.close_calendar import close_calendar
from services.scheduling.commands.open_calendar import open_calendar
from services.scheduling.domain.calendar_window import CalendarVisit
from services.scheduling.queries.get_calendar import get_calendar
from services.scheduling.queries.read_calendar import read_calendar
from services.scheduling.storage.calendars import Calendar


def calendar_service(runtime: Runtime) -> BoundService:
    return bind(
        pb,
        "CalendarService",
        runtime.transactions,
        {
            "OpenCalendar": command(lambda _: (), open_calendar, lambda key: pb.OpenCalendarResponse(calendar_key=key)),
            "CloseCalendar": command(lambda _: (), close_calendar, lambda _: pb.CloseCalendarResponse()),
            "GetCalendar": query(lambda _: (), get_calendar, _calendar),
            "ReadCalendar": called_by("web", query(lambda request: (request.calendar_key,), read_calendar, _visits)),
        },
    )


def _calendar(found: Calendar | None) -> pb.GetCalendarResponse:
    return pb.GetCalendarResponse(calendar_key=found.key, opened_at=timestamp(found.opened_at)) if found else pb.GetCalendarResponse()


def _visits(visits: Sequence[CalendarVisit]) -> pb.ReadCalendarResponse:
    return pb.ReadCalendarResponse(
        visits=[
            pb.CalendarVisit(
                visit_id=str(visit.id),
                starts_at=timestamp(visit.starts),
                ends_at=timestamp(visit.ends),
                version=visit.version,
                cancelled=visit.cancelled,
            )
            for visit in visits
        ]
    )
