"""The RPCs of gaps between two visits."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import visit_gaps_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_id, timestamp
from services.scheduling.commands.agree_visit_gap import agree_visit_gap
from services.scheduling.commands.decline_visit_gap import decline_visit_gap
from services.scheduling.commands.end_visit_gap import end_visit_gap
from services.scheduling.commands.propose_visit_gap import propose_visit_gap
from services.scheduling.domain.visit_gap import DistanceOfVisit, NewGap, Part, VisitGap
from services.scheduling.queries.get_gap_choices import GapChoices, get_gap_choices
from services.scheduling.queries.get_visit_distances import get_visit_distances
from services.scheduling.queries.get_visit_gap import WholeGap, get_visit_gap
from services.scheduling.queries.get_visit_gaps import get_visit_gaps
from services.scheduling.rpc.series_servicer import pattern_message
from services.scheduling.storage.gap_parts import PartIds


def visit_gap_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "VisitGapService",
        runtime.transactions,
        {
            "ProposeVisitGap": acting(command(_proposal, partial(propose_visit_gap, zone=zone), _proposed)),
            "AgreeVisitGap": acting(
                command(_shown, partial(agree_visit_gap, zone=zone), lambda now: pb.AgreeVisitGapResponse(version=now))
            ),
            "DeclineVisitGap": acting(
                command(_shown, partial(decline_visit_gap, zone=zone), lambda now: pb.DeclineVisitGapResponse(version=now))
            ),
            "EndVisitGap": acting(command(_shown, partial(end_visit_gap, zone=zone), lambda now: pb.EndVisitGapResponse(version=now))),
            "GetVisitGap": acting(query(lambda request: (_gap(request),), partial(get_visit_gap, zone=zone), _whole)),
            "GetVisitGaps": acting(
                query(lambda request: (parse_id("person_id", request.person_id),), partial(get_visit_gaps, zone=zone), _listed)
            ),
            "GetGapChoices": acting(query(_of_one, partial(get_gap_choices, zone=zone), _choices)),
            "GetVisitDistances": acting(query(_visits, get_visit_distances, distances_message)),
        },
    )


_Shown = pb.AgreeVisitGapRequest | pb.DeclineVisitGapRequest | pb.EndVisitGapRequest


def _gap(request: _Shown | pb.GetVisitGapRequest) -> UUID:
    return parse_id("gap_id", request.gap_id)


def _shown(request: _Shown) -> tuple[UUID, int]:
    return _gap(request), request.version


def _proposal(request: pb.ProposeVisitGapRequest) -> tuple[PartIds, PartIds, NewGap]:
    first = _optional("first_visit_id", request.first_visit_id), _optional("first_series_id", request.first_series_id)
    second = _optional("second_visit_id", request.second_visit_id), _optional("second_series_id", request.second_series_id)
    return first, second, NewGap(request.least_minutes, request.most_minutes, request.next_day)


def _of_one(request: pb.GetGapChoicesRequest) -> tuple[PartIds]:
    return ((_optional("visit_id", request.visit_id), _optional("series_id", request.series_id)),)


def _visits(request: pb.GetVisitDistancesRequest) -> tuple[list[UUID]]:
    return ([parse_id("visit_ids", visit) for visit in request.visit_ids],)


def _optional(field: str, value: str) -> UUID | None:
    return parse_id(field, value) if value else None


def _proposed(gap: VisitGap) -> pb.ProposeVisitGapResponse:
    return pb.ProposeVisitGapResponse(gap_id=str(gap.id), state=to_wire(pb.VisitGapState, gap.state))


def _part(part: Part) -> pb.GapPart:
    if part.visit is not None:
        return pb.GapPart(visit_id=str(part.visit.id), starts_at=timestamp(part.visit.starts), ends_at=timestamp(part.visit.ends))
    return pb.GapPart(series_id=str(part.series_id), pattern=pattern_message(part.series) if part.series else None)


def _message(whole: WholeGap) -> pb.VisitGap:
    gap, (first, second) = whole.gap, whole.parts
    return pb.VisitGap(
        gap_id=str(gap.id),
        person_id=str(gap.person),
        first=_part(first),
        second=_part(second),
        least_minutes=gap.least,
        most_minutes=gap.most or 0,
        next_day=gap.next_day,
        state=to_wire(pb.VisitGapState, gap.state),
        version=gap.version,
        proposed_by=str(gap.proposed_by),
        agreed_by=str(gap.agreed_by or ""),
    )


def _distance(one: DistanceOfVisit) -> pb.DistanceOfVisit:
    return pb.DistanceOfVisit(
        visit_id=str(one.visit.id),
        gap_id=str(one.gap.id),
        other_visit_id=str(one.other.id),
        other_starts_at=timestamp(one.other.starts),
        other_ends_at=timestamp(one.other.ends),
        is_first=one.is_first,
        least_minutes=one.gap.least,
        most_minutes=one.gap.most or 0,
        distance=to_wire(pb.VisitDistance, one.distance),
        starts_at=timestamp(one.visit.starts),
        ends_at=timestamp(one.visit.ends),
    )


def _whole(whole: WholeGap) -> pb.GetVisitGapResponse:
    return pb.GetVisitGapResponse(gap=_message(whole), broken=map(_distance, whole.broken))


def _listed(found: Iterable[WholeGap]) -> pb.GetVisitGapsResponse:
    return pb.GetVisitGapsResponse(gaps=map(_message, found))


def _choices(found: GapChoices) -> pb.GetGapChoicesResponse:
    return pb.GetGapChoicesResponse(person_id=str(found.part.person), part=_part(found.part), others=map(_part, found.others))


def distances_message(found: Iterable[DistanceOfVisit]) -> pb.GetVisitDistancesResponse:
    return pb.GetVisitDistancesResponse(distances=map(_distance, found))
