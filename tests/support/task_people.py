"""What is to be done at visits: calls about lists of tasks and their outcomes, and who has been given what by matching."""

from collections.abc import Sequence
from uuid import UUID

from kith.matching.facts.v1.facts_pb2 import TaskAssigned, TaskEnded
from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visit_tasks_pb2 as pb
from kith.scheduling.v1.visit_tasks_pb2_grpc import VisitTaskServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.visit_people import VisitPeople
from tests.support.visit_record_people import RecordPeople

CARE, MEDICINE, COMPANY = pb.VISIT_TASK_KIND_PERSONAL_CARE, pb.VISIT_TASK_KIND_MEDICINES, pb.VISIT_TASK_KIND_COMPANY
NewTask = tuple["pb.VisitTaskKind.ValueType", str]


class TaskPeople:
    """Calls of people about tasks."""

    def __init__(self, people: VisitPeople) -> None:
        self.people, self.records = people, RecordPeople(people)
        self.stub = people.co_op.stub(VisitTaskServiceStub)

    async def give(self, owner: UUID, member: UUID, *kinds: str, until: str = "") -> None:
        """As matching says it."""
        team = self.people.teams[owner]
        events = [TaskAssigned(team_id=team, person_id=str(member), kind=kind, until_day=until) for kind in kinds]
        await self.people.matching.publish(*((event, team) for event in events))
        await self.people.co_op.wait_until_consumed("scheduling", "matching")

    async def end(self, owner: UUID, member: UUID, kind: str) -> None:
        team = self.people.teams[owner]
        await self.people.matching.publish((TaskEnded(team_id=team, person_id=str(member), kind=kind), team))
        await self.people.co_op.wait_until_consumed("scheduling", "matching")

    async def set_tasks(self, by: UUID | str, *tasks: NewTask, visit: str = "", series: str = "", shown: str = "") -> str:
        """The list's id."""
        request = pb.SetVisitTasksRequest(request_id=str(new_id()), visit_id=visit, series_id=series, shown_list_id=shown)
        request.tasks.extend(pb.NewVisitTask(kind=kind, words=words) for kind, words in tasks)
        return str((await call_service(self.stub.SetVisitTasks, request, self.people.token(by))).list_id)

    async def get(self, by: UUID | str, visit: str = "", series: str = "") -> pb.GetVisitTasksResponse:
        request = pb.GetVisitTasksRequest(visit_id=visit, series_id=series)
        response: pb.GetVisitTasksResponse = await call_service(self.stub.GetVisitTasks, request, self.people.token(by))
        return response

    async def write(
        self, visit: str, by: UUID, task_list: str, outcomes: Sequence[records.TaskOutcome], *, record: str = "", version: int = 0
    ) -> str:
        """All of an hour from noon. The record's id."""
        request = records.RecordVisitRequest(
            request_id=str(new_id()), visit_id=visit, record_id=record, version=version, task_list_id=task_list, tasks=outcomes,
            starts=self.records.at(12), ends=self.records.at(13),
        )  # fmt: skip
        return str((await call_service(self.records.stub.RecordVisit, request, self.people.token(by))).record_id)
