"""Fake of what is to be done at visits: at all of them the same, but for a visit to Jo, of whom Ada reads no words."""

from kith.scheduling.v1 import visit_tasks_pb2 as pb
from tests.unit.web.fake_people import ADA, FakeService
from tests.unit.web.fake_visits import OPEN

LIST, WASH, TABLETS, PAPER = (f"01939f00-0000-7000-8000-0000000000b{number}" for number in range(1, 5))


class FakeVisitTaskService(FakeService):
    """Tests change `tasks` for what they want to see."""

    def __init__(self) -> None:
        self.tasks = [
            pb.VisitTask(task_id=WASH, kind=pb.VISIT_TASK_KIND_PERSONAL_CARE, words="Help me wash"),
            pb.VisitTask(task_id=TABLETS, kind=pb.VISIT_TASK_KIND_MEDICINES, words="The blue tablets & water"),
            pb.VisitTask(task_id=PAPER, kind=pb.VISIT_TASK_KIND_COMPANY, words="Read the paper with me"),
        ]
        super().__init__(pb.DESCRIPTOR.services_by_name["VisitTaskService"])

    def GetVisitTasks(self, request: pb.GetVisitTasksRequest) -> pb.GetVisitTasksResponse:
        unread = [pb.VisitTask(task_id=task.task_id, kind=task.kind) for task in self.tasks]
        tasks = unread if request.visit_id == OPEN else self.tasks
        return pb.GetVisitTasksResponse(list_id=LIST if tasks else "", tasks=tasks, of_series=request.visit_id == OPEN, person_id=ADA)

    def SetVisitTasks(self, _request: pb.SetVisitTasksRequest) -> pb.SetVisitTasksResponse:
        return pb.SetVisitTasksResponse(list_id=LIST)
