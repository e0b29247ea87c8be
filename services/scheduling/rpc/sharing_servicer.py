"""The RPCs of visits that two people share."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import sharings_pb2 as pb
from kith.scheduling.v1.enums import SharingState
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.answer_sharing import answer_sharing
from services.scheduling.commands.end_sharing import end_sharing
from services.scheduling.commands.propose_sharing import propose_sharing
from services.scheduling.commands.withdraw_sharing import withdraw_sharing
from services.scheduling.domain.sharing import NewSharing, Sharing
from services.scheduling.queries.get_sharing import WholeSharing, get_sharing
from services.scheduling.queries.get_sharings import get_sharings


def sharing_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "sharing", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "SharingService",
        runtime.transactions,
        {
            "ProposeSharing": acting(
                command(_new, partial(propose_sharing, zone=zone), lambda sharing: pb.ProposeSharingResponse(sharing_id=str(sharing)))
            ),
            "AnswerSharing": acting(
                command(_answer, partial(answer_sharing, zone=zone), lambda visits: pb.AnswerSharingResponse(visits=visits))
            ),
            "WithdrawSharing": acting(command(_shown, partial(withdraw_sharing, zone=zone), lambda _: pb.WithdrawSharingResponse())),
            "EndSharing": acting(command(_shown, partial(end_sharing, zone=zone), lambda visits: pb.EndSharingResponse(visits=visits))),
            "GetSharing": acting(query(lambda request: (parse_id("sharing_id", request.sharing_id),), get_sharing, _whole)),
            "GetSharings": acting(
                query(lambda request: (parse_id("person_id", request.person_id),), partial(get_sharings, zone=zone), _listed)
            ),
        },
    )


def _new(request: pb.ProposeSharingRequest) -> tuple[NewSharing]:
    who = parse_id("person_id", request.person_id), parse_id("sharer_id", request.sharer_id)
    what = _optional("visit_id", request.visit_id), _optional("series_id", request.series_id)
    parts = request.person_part, request.sharer_part
    days = parse_day("first_day", request.first_day), parse_day("last_day", request.last_day)
    return (NewSharing(*who, *what, *parts, request.by_minutes, *days),)


def _optional(field: str, value: str) -> UUID | None:
    return parse_id(field, value) if value else None


def _shown(request: pb.WithdrawSharingRequest | pb.EndSharingRequest | pb.AnswerSharingRequest) -> tuple[UUID, int]:
    return parse_id("sharing_id", request.sharing_id), request.version


def _answer(request: pb.AnswerSharingRequest) -> tuple[UUID, int, bool]:
    return *_shown(request), request.agrees


def _message(sharing: Sharing, principal: UUID) -> pb.Sharing:
    return pb.Sharing(
        sharing_id=str(sharing.id),
        person_id=str(sharing.person),
        sharer_id=str(sharing.sharer),
        visit_id=str(sharing.visit or ""),
        series_id=str(sharing.series or ""),
        person_part=sharing.person_part,
        sharer_part=sharing.sharer_part,
        by_minutes=sharing.by_minutes,
        first_day=sharing.first_day.isoformat(),
        last_day=sharing.last_day.isoformat() if sharing.last_day else "",
        state=to_wire(pb.SharingState, sharing.state),
        proposed_by=str(sharing.proposed_by),
        version=sharing.version,
        may_answer=sharing.state is SharingState.PROPOSED and principal == sharing.asked,
    )


def _whole(found: WholeSharing) -> pb.GetSharingResponse:
    visits = [
        pb.SharedVisit(visit_id=str(each.visit), starts_at=timestamp(each.starts), ends_at=timestamp(each.ends), is_shared=each.is_shared)
        for each in found.visits
    ]
    return pb.GetSharingResponse(sharing=_message(found.sharing, found.principal), visits=visits, worker_ids=map(str, found.workers))


def _listed(found: tuple[UUID, list[Sharing]]) -> pb.GetSharingsResponse:
    person, sharings = found
    return pb.GetSharingsResponse(sharings=[_message(sharing, person) for sharing in sharings])
