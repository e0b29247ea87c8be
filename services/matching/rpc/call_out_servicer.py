"""The RPCs of call-outs."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import call_outs_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.fields import parse_day, parse_id
from services.matching.commands.end_call_out import end_call_out
from services.matching.commands.write_call_out import CallOutWords, write_call_out
from services.matching.domain.call_out import CallOut
from services.matching.queries.find_call_outs import OpenCallOut, find_call_outs
from services.matching.queries.get_call_outs import get_call_outs


def call_out_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "support profile", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "CallOutService",
        runtime.transactions,
        {
            "WriteCallOut": acting(command(_written, partial(write_call_out, zone=zone), _named)),
            "EndCallOut": acting(command(_ended, end_call_out, lambda _: pb.EndCallOutResponse())),
            "GetCallOuts": acting(query(_person, partial(get_call_outs, zone=zone), _own)),
            "FindCallOuts": query(_nothing, partial(find_call_outs, zone=zone), _open),
        },
    )


def _written(request: pb.WriteCallOutRequest) -> tuple[UUID, CallOutWords]:
    typed = CallOutWords(request.words, parse_day("until_day", request.until_day), request.others_agreed)
    return parse_id("person_id", request.person_id), typed


def _named(call_out: UUID) -> pb.WriteCallOutResponse:
    return pb.WriteCallOutResponse(call_out_id=str(call_out))


def _ended(request: pb.EndCallOutRequest) -> tuple[UUID]:
    return (parse_id("call_out_id", request.call_out_id),)


def _person(request: pb.GetCallOutsRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _nothing(_: pb.FindCallOutsRequest) -> tuple[()]:
    return ()


def _own(found: list[CallOut]) -> pb.GetCallOutsResponse:
    return pb.GetCallOutsResponse(call_outs=[_message(one) for one in found])


def _open(found: list[OpenCallOut]) -> pb.FindCallOutsResponse:
    return pb.FindCallOutsResponse(call_outs=[_message(one.call_out, known=one.known) for one in found])


def _message(one: CallOut, *, known: bool = False) -> pb.CallOut:
    day = one.until_day.isoformat()
    return pb.CallOut(call_out_id=str(one.id), person_id=str(one.person), words=one.words, until_day=day, known=known)
