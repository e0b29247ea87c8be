"""The RPC of a visit with all that its page shows."""

from functools import partial

from kith.scheduling.v1 import whole_visits_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, query
from libs.rpc.fields import parse_id
from services.scheduling.queries.get_whole_visit import WholeVisit, get_whole_visit
from services.scheduling.rpc.visit_gap_servicer import distances_message
from services.scheduling.rpc.visit_record_servicer import records_of_visit
from services.scheduling.rpc.visit_servicer import planned_visit
from services.scheduling.rpc.visit_task_servicer import tasks_of_visit
from services.scheduling.rpc.watch_servicer import alerts_of_visit


def whole_visit_service(runtime: Runtime) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "WholeVisitService",
        runtime.transactions,
        {"GetWholeVisit": acting(query(lambda request: (parse_id("visit_id", request.visit_id),), get_whole_visit, _whole_visit))},
    )


def _whole_visit(whole: WholeVisit) -> pb.GetWholeVisitResponse:
    return pb.GetWholeVisitResponse(
        plan=planned_visit(whole.plan),
        tasks=tasks_of_visit(whole.tasks),
        distances=distances_message(whole.distances),
        alerts=alerts_of_visit(whole.alerts) if whole.alerts else None,
        records=records_of_visit(whole.records),
    )
