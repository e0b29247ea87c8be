"""Fake of day sheets: Ada wants hers; on it she goes to Mo, who may be named, and Jo comes, who may not."""

from datetime import timedelta

from kith.scheduling.v1 import day_sheets_pb2 as pb
from kith.scheduling.v1 import visit_tasks_pb2 as tasks
from tests.unit.web.fake_people import MO, NOW, FakeService, to_timestamp


class FakeDaySheetService(FakeService):
    def __init__(self) -> None:
        super().__init__(pb.DESCRIPTOR.services_by_name["DaySheetService"])

    def GetDaySheetChoice(self, _request: pb.GetDaySheetChoiceRequest) -> pb.GetDaySheetChoiceResponse:
        return pb.GetDaySheetChoiceResponse(wanted=True, hour=18)

    def GetDaySheet(self, _request: pb.GetDaySheetRequest) -> pb.GetDaySheetResponse:
        hours = [to_timestamp(NOW + timedelta(hours=number)) for number in range(4)]
        given = pb.SheetVisit(starts_at=hours[0], ends_at=hours[1], giving=True, named_ids=[MO], kinds=[tasks.VISIT_TASK_KIND_MEDICINES])
        return pb.GetDaySheetResponse(visits=[given, pb.SheetVisit(starts_at=hours[2], ends_at=hours[3])])
