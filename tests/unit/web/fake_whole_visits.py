"""Fake of a visit with all that is said of it: the answers of the fakes whose calls it stands for, and what these refuse."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from google.protobuf.message import Message

from kith.scheduling.v1 import visit_gaps_pb2 as gaps
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visit_tasks_pb2 as tasks
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import watch_pb2 as watch
from kith.scheduling.v1 import whole_visits_pb2 as pb
from tests.unit.web.fake_distances import FakeVisitGapService
from tests.unit.web.fake_people import FakeService
from tests.unit.web.fake_visit_records import FakeVisitRecordService
from tests.unit.web.fake_visit_tasks import FakeVisitTaskService
from tests.unit.web.fake_visits import FakeVisitService
from tests.unit.web.fake_watch import FakeWatchService

Response = TypeVar("Response", bound=Message)
_TAKES_PLACE = (visits.VISIT_STATE_AGREED, visits.VISIT_STATE_MOVING)


class FakeWholeVisitService(FakeService):
    """`parts`: the fakes, by the field of the response that each answers."""

    def __init__(self) -> None:
        self.parts: Mapping[str, FakeService] = {}
        super().__init__(pb.DESCRIPTOR.services_by_name["WholeVisitService"])

    def GetWholeVisit(self, request: pb.GetWholeVisitRequest) -> pb.GetWholeVisitResponse:
        visit = request.visit_id
        whole = pb.GetWholeVisitResponse(
            plan=self._ask("plan", FakeVisitService.GetVisit, visits.GetVisitRequest(visit_id=visit)),
            tasks=self._ask("tasks", FakeVisitTaskService.GetVisitTasks, tasks.GetVisitTasksRequest(visit_id=visit)),
            distances=self._ask("distances", FakeVisitGapService.GetVisitDistances, gaps.GetVisitDistancesRequest(visit_ids=[visit])),
            records=self._ask("records", FakeVisitRecordService.GetVisitRecords, records.GetVisitRecordsRequest(visit_id=visit)),
        )
        if whole.plan.visit.state in _TAKES_PLACE:
            alerts = self._ask("alerts", FakeWatchService.GetVisitAlerts, watch.GetVisitAlertsRequest(visit_id=visit))
            whole.alerts.CopyFrom(alerts)
        return whole

    def _ask(self, field: str, method: Callable[..., Response], request: Message) -> Response:
        part = self.parts[field]
        if refusal := part.refusals.get(method.__name__):
            raise refusal
        return method(part, request)
