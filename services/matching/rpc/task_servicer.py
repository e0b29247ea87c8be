"""The RPCs of tasks in teams."""

from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import tasks_pb2 as pb
from kith.matching.v1.enums import TaskKind
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id
from services.matching.commands.assign_task import assign_task
from services.matching.commands.end_task import end_task
from services.matching.domain.task import Clearance, TeamTask
from services.matching.queries.get_team_tasks import check_task, get_team_tasks


def task_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "team", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "TaskService",
        runtime.transactions,
        {
            "CheckTask": acting(query(_task, partial(check_task, zone=zone), _clearance)),
            "AssignTask": acting(command(_task, partial(assign_task, zone=zone), _assigned)),
            "EndTask": acting(command(_task, end_task, lambda _: pb.EndTaskResponse())),
            "GetTeamTasks": acting(query(_team, partial(get_team_tasks, zone=zone), listed_tasks)),
        },
    )


def _task(request: pb.CheckTaskRequest | pb.AssignTaskRequest | pb.EndTaskRequest) -> tuple[UUID, UUID, TaskKind]:
    kind = from_wire(pb.TaskKind, TaskKind, request.kind, "kind", "TASK_KIND_MISSING")
    return parse_id("team_id", request.team_id), parse_id("person_id", request.person_id), kind


def _team(request: pb.GetTeamTasksRequest) -> tuple[UUID]:
    return (parse_id("team_id", request.team_id),)


def _clearance(clearance: Clearance) -> pb.CheckTaskResponse:
    return pb.CheckTaskResponse(missing=clearance.missing, until_day=_day(clearance.until_day))


def _assigned(until_day: date | None) -> pb.AssignTaskResponse:
    return pb.AssignTaskResponse(until_day=_day(until_day))


def listed_tasks(listed: list[TeamTask]) -> pb.GetTeamTasksResponse:
    return pb.GetTeamTasksResponse(tasks=map(_assigned_task, listed))


def _assigned_task(task: TeamTask) -> pb.AssignedTask:
    return pb.AssignedTask(person_id=str(task.person), kind=to_wire(pb.TaskKind, task.kind), until_day=_day(task.until_day))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
