"""A fake of calendars: Ada's has a visit in winter time, one in summer time, and a cancelled one."""

from datetime import UTC, datetime, timedelta

from kith.scheduling.v1 import calendars_pb2 as pb
from libs.refusals import NotFound
from services.web.pages.calendars.addresses import CalendarAddresses
from tests.unit.web.fake_ids import FORMS_KEY
from tests.unit.web.fake_people import NOW, FakeService, to_timestamp
from tests.unit.web.fake_visits import OPEN, PROPOSED, TAKEN

KEY = "0123456789abcdef" * 2
FILE_NAME = CalendarAddresses(FORMS_KEY).file_name(KEY)
STARTS = (datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 29, 8, tzinfo=UTC))


class FakeCalendarService(FakeService):
    """`key` is what the person has now; empty for nothing."""

    def __init__(self) -> None:
        self.key = KEY
        super().__init__(pb.DESCRIPTOR.services_by_name["CalendarService"])

    def GetCalendar(self, _request: pb.GetCalendarRequest) -> pb.GetCalendarResponse:
        return pb.GetCalendarResponse(calendar_key=self.key, opened_at=to_timestamp(NOW)) if self.key else pb.GetCalendarResponse()

    def ReadCalendar(self, request: pb.ReadCalendarRequest) -> pb.ReadCalendarResponse:
        if request.calendar_key != self.key:
            raise NotFound("CALENDAR_UNKNOWN")
        ids = (TAKEN, OPEN, PROPOSED)
        return pb.ReadCalendarResponse(
            visits=[
                pb.CalendarVisit(
                    visit_id=visit,
                    starts_at=to_timestamp(starts),
                    ends_at=to_timestamp(starts + timedelta(hours=1)),
                    version=2,
                    cancelled=visit == PROPOSED,
                )
                for visit, starts in zip(ids, STARTS, strict=True)
            ]
        )
