"""The RPCs of covers."""

from functools import partial
from uuid import UUID

from kith.scheduling.v1 import covers_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.fields import parse_id, timestamp
from services.scheduling.commands.need_no_cover import need_no_cover
from services.scheduling.queries.get_covers import OpenCover, get_covers
from services.scheduling.rpc.visit_servicer import listed_visit


def cover_service(runtime: Runtime) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "CoverService",
        runtime.transactions,
        {
            "GetCovers": acting(query(_person, get_covers, _covers)),
            "NeedNoCover": acting(command(_cover_id, need_no_cover, lambda _: pb.NeedNoCoverResponse())),
        },
    )


def _person(request: pb.GetCoversRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _cover_id(request: pb.NeedNoCoverRequest) -> tuple[UUID]:
    return (parse_id("cover_id", request.cover_id),)


def _covers(found: list[OpenCover]) -> pb.GetCoversResponse:
    return pb.GetCoversResponse(covers=map(_cover, found))


def _cover(found: OpenCover) -> pb.Cover:
    cover = found.cover
    return pb.Cover(
        cover_id=str(cover.id),
        worker_id=str(cover.worker),
        left_at=timestamp(cover.left_at),
        until=timestamp(cover.until),
        visits=map(listed_visit, found.visits),
    )
