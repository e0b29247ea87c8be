"""The RPCs of how workers work."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from kith.scheduling.v1 import engagements_pb2 as pb
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1.enums import EngagementKind
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.answer_engagement import answer_engagement
from services.scheduling.commands.propose_engagement import propose_engagement
from services.scheduling.domain.engagement import EngagementTerms
from services.scheduling.queries.get_engagements import get_engagements


def engagement_service(runtime: Runtime) -> BoundService:
    return bind(
        pb,
        "EngagementService",
        runtime.transactions,
        {
            "ProposeEngagement": command(_new, propose_engagement, lambda terms: pb.ProposeEngagementResponse(engagement_id=str(terms))),
            "AnswerEngagement": command(
                lambda request: (parse_id("engagement_id", request.engagement_id), request.agrees),
                answer_engagement,
                lambda _: pb.AnswerEngagementResponse(),
            ),
            "GetEngagements": query(lambda request: (parse_id("worker_id", request.worker_id),), get_engagements, _engagements),
        },
    )


def _new(request: pb.ProposeEngagementRequest) -> tuple[UUID, EngagementKind, tuple[int, int], date | None, date | None]:
    kind = from_wire(pb.EngagementKind, EngagementKind, request.kind, "kind", "CHOICE_MISSING")
    days = parse_day("first_day", request.first_day), parse_day("last_day", request.last_day)
    return parse_id("worker_id", request.worker_id), kind, (request.rate_pence, request.wage_pence), *days


def _engagements(found: Iterable[EngagementTerms]) -> pb.GetEngagementsResponse:
    return pb.GetEngagementsResponse(engagements=map(_engagement, found))


def _engagement(terms: EngagementTerms) -> pb.Engagement:
    return pb.Engagement(
        engagement_id=str(terms.id),
        worker_id=str(terms.worker),
        kind=to_wire(pb.EngagementKind, EngagementKind(terms.kind.value)),
        rate_pence=terms.rate,
        wage_pence=terms.wage,
        first_day=terms.first_day.isoformat(),
        last_day=terms.last_day.isoformat() if terms.last_day else "",
        state=to_wire(funding.TermsState, terms.state),
        proposed_by=str(terms.proposed_by),
        proposed_at=timestamp(terms.proposed_at),
        answered_by=str(terms.answered_by or ""),
        answered_at=timestamp(terms.answered_at) if terms.answered_at else None,
    )
