"""The RPCs of day sheets. Web reads a sheet as itself, when it sends it: there is no person then, so it runs as a named system caller."""

from dataclasses import replace
from functools import partial
from typing import TypeVar
from uuid import UUID

from google.protobuf.message import Message

from kith.scheduling.v1 import day_sheets_pb2 as pb
from kith.scheduling.v1 import visit_tasks_pb2 as tasks
from kith.scheduling.v1.enums import VisitTaskKind
from libs import callers
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, Method, bind, called_by, command, query
from libs.rpc.call import CURRENT_CALL
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.scheduling.commands.set_day_sheet_choice import set_day_sheet_choice
from services.scheduling.domain.day_sheet import SheetVisit
from services.scheduling.queries.get_day_sheet import get_day_sheet, get_day_sheet_choice
from services.scheduling.storage.day_sheets import DaySheetChoice

_SENDER = callers.job("read_day_sheet")
Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


def day_sheet_service(runtime: Runtime) -> BoundService:
    acting = partial(while_acting, "day sheet", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "DaySheetService",
        runtime.transactions,
        {
            "SetDaySheetChoice": acting(command(_choice, set_day_sheet_choice, lambda _: pb.SetDaySheetChoiceResponse())),
            "GetDaySheetChoice": acting(query(_person, get_day_sheet_choice, _chosen)),
            "GetDaySheet": _for_web(
                query(
                    lambda request: (parse_id("person_id", request.person_id), parse_day("day", request.day)),
                    get_day_sheet,
                    lambda visits: pb.GetDaySheetResponse(visits=map(_visit, visits)),
                )
            ),
        },
    )


def _for_web(method: Method[Request, Response]) -> Method[Request, Response]:
    """The method, for web alone, as the named caller."""

    async def run(transactions: Transactions, request: Request, response: type[Response]) -> Response:
        CURRENT_CALL.set(replace(CURRENT_CALL.get(), caller=_SENDER))
        return await method.run(transactions, request, response)

    return called_by("web", replace(method, run=run))


def _choice(request: pb.SetDaySheetChoiceRequest) -> tuple[UUID, bool, bool]:
    return parse_id("person_id", request.person_id), request.wanted, request.named


def _person(request: pb.GetDaySheetChoiceRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _chosen(found: tuple[DaySheetChoice | None, int]) -> pb.GetDaySheetChoiceResponse:
    choice, hour = found
    return pb.GetDaySheetChoiceResponse(wanted=bool(choice and choice.wanted), named=bool(choice and choice.named), hour=hour)


def _visit(visit: SheetVisit) -> pb.SheetVisit:
    return pb.SheetVisit(
        starts_at=timestamp(visit.starts),
        ends_at=timestamp(visit.ends),
        giving=visit.giving,
        named_ids=map(str, visit.others),
        kinds=[to_wire(tasks.VisitTaskKind, VisitTaskKind(kind)) for kind in visit.kinds],
    )
