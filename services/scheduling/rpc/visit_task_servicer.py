"""The RPCs of what is to be done at visits."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import visit_tasks_pb2 as pb
from kith.scheduling.v1.enums import VisitTaskKind
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.refusals import invalid
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id
from services.scheduling.commands.set_visit_tasks import set_visit_tasks
from services.scheduling.domain.visit_task import NewTask
from services.scheduling.queries.get_visit_tasks import ReadTasks, get_visit_tasks


def visit_task_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "visit tasks", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "VisitTaskService",
        runtime.transactions,
        {
            "SetVisitTasks": acting(
                command(_new_list, partial(set_visit_tasks, zone=zone), lambda new: pb.SetVisitTasksResponse(list_id=str(new)))
            ),
            "GetVisitTasks": acting(query(_about, get_visit_tasks, tasks_of_visit)),
        },
    )


def _about(request: pb.SetVisitTasksRequest | pb.GetVisitTasksRequest) -> tuple[UUID | None, UUID | None]:
    """Exactly one of the two. Raises Invalid VISIT_OR_SERIES."""
    if bool(request.visit_id) is bool(request.series_id):
        raise invalid("visit_id", "VISIT_OR_SERIES")
    if request.visit_id:
        return parse_id("visit_id", request.visit_id), None
    return None, parse_id("series_id", request.series_id)


def _new_list(request: pb.SetVisitTasksRequest) -> tuple[UUID | None, UUID | None, UUID | None, list[NewTask]]:
    shown = parse_id("shown_list_id", request.shown_list_id) if request.shown_list_id else None
    return *_about(request), shown, list(map(_new_task, request.tasks))


def _new_task(task: pb.NewVisitTask) -> NewTask:
    return NewTask(from_wire(pb.VisitTaskKind, VisitTaskKind, task.kind, "tasks", "TASK_KIND_MISSING"), task.words)


def tasks_of_visit(read: ReadTasks) -> pb.GetVisitTasksResponse:
    found = read.found
    return pb.GetVisitTasksResponse(
        list_id=str(found.list.id) if found.list else "",
        tasks=[pb.VisitTask(task_id=str(task.id), kind=to_wire(pb.VisitTaskKind, task.kind), words=task.words) for task in found.tasks],
        of_series=read.of_series,
        person_id=str(read.person),
    )
