"""The RPCs that bring two people together."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import introductions_pb2 as pb
from kith.matching.v1.enums import IntroductionStep, NoKind
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id, timestamp
from services.matching.commands.lift_no import lift_no
from services.matching.commands.pair_side import Pair
from services.matching.commands.say_no import say_no
from services.matching.commands.say_yes import say_yes
from services.matching.domain.introduction import Introduction, Side
from services.matching.queries.get_introductions import OwnIntroductions, get_introductions
from services.matching.storage.private_noes import PrivateNo


def introduction_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "introduction", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "IntroductionService",
        runtime.transactions,
        {
            "SayYes": acting(command(_yes, partial(say_yes, zone=zone), _step)),
            "SayNo": acting(command(_no, say_no, lambda _: pb.SayNoResponse())),
            "LiftNo": acting(command(_pair, lift_no, lambda _: pb.LiftNoResponse())),
            "GetIntroductions": acting(query(_side, get_introductions, _introductions)),
        },
    )


def _pair_of(pair: pb.Pair) -> Pair:
    return Pair(parse_id("person_id", pair.person_id), parse_id("worker_id", pair.worker_id))


def _yes(request: pb.SayYesRequest) -> tuple[Pair, IntroductionStep | None]:
    shown = from_wire(pb.IntroductionStep, IntroductionStep, request.step, "step", "STEP_UNKNOWN") if request.step else None
    return _pair_of(request.pair), shown


def _no(request: pb.SayNoRequest) -> tuple[Pair, NoKind]:
    return _pair_of(request.pair), NoKind.BLOCK if request.block else NoKind.NO


def _pair(request: pb.LiftNoRequest) -> tuple[Pair]:
    return (_pair_of(request.pair),)


def _side(request: pb.GetIntroductionsRequest) -> tuple[UUID, Side]:
    return parse_id("person_id", request.person_id), Side.WORKER if request.giving else Side.PERSON


def _step(step: IntroductionStep) -> pb.SayYesResponse:
    return pb.SayYesResponse(step=to_wire(pb.IntroductionStep, step))


def _introductions(own: OwnIntroductions) -> pb.GetIntroductionsResponse:
    return pb.GetIntroductionsResponse(
        introductions=[_introduction(introduction, own.side) for introduction in own.live], not_now=map(_not_now, own.not_now)
    )


def _introduction(introduction: Introduction, side: Side) -> pb.Introduction:
    """As this side sees it; what the other said stays out."""
    return pb.Introduction(
        pair=pb.Pair(person_id=str(introduction.person), worker_id=str(introduction.worker)),
        step=to_wire(pb.IntroductionStep, introduction.step),
        said_yes=introduction.said(side) is True,
        asked=introduction.was_asked(side),
        until=timestamp(introduction.until) if introduction.until else None,
        since=timestamp(introduction.since),
        proposed=introduction.matching_day is not None,
    )


def _not_now(no: PrivateNo) -> pb.NotNow:
    person, worker = (no.other, no.chooser) if no.as_worker else (no.chooser, no.other)
    return pb.NotNow(pair=pb.Pair(person_id=str(person), worker_id=str(worker)), kind=to_wire(pb.NoKind, no.kind), at=timestamp(no.at))
