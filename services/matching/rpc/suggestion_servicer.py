"""The RPCs of suggestions."""

from fractions import Fraction
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import suggestions_pb2 as pb
from kith.matching.v1.enums import SuggestionPart, SuggestionReason
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, query, repeatable
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_id
from services.matching.domain.ranking import MOST_FOR_PERSON, MOST_FOR_WORKER, PersonParts, Reason, WorkerParts
from services.matching.queries.get_fairness import Fairness, get_fairness
from services.matching.queries.get_suggestions import SuggestionPage, Suggestions, get_suggestions
from services.matching.queries.get_team_cover import CoverOfWeek, get_team_cover
from services.matching.queries.ranked_offers import Suggested
from services.matching.rpc.support_profile_servicer import giving_message, time_message


def suggestion_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "support profile", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "SuggestionService",
        runtime.transactions,
        {
            "GetSuggestions": acting(repeatable(_wanted, partial(get_suggestions, zone=zone), _suggestions)),
            "GetTeamCover": acting(repeatable(_looking, partial(get_team_cover, zone=zone), _team_cover)),
            "GetFairness": query(_nothing, partial(get_fairness, zone=zone), _fairness),
        },
    )


def _wanted(request: pb.GetSuggestionsRequest) -> tuple[UUID, SuggestionPage]:
    return parse_id("person_id", request.person_id), SuggestionPage(max(0, request.skip), request.with_file)


def _looking(request: pb.GetTeamCoverRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _nothing(_: pb.GetFairnessRequest) -> tuple[()]:
    return ()


def _suggestions(found: Suggestions | None) -> pb.GetSuggestionsResponse:
    if found is None:
        return pb.GetSuggestionsResponse()
    return pb.GetSuggestionsResponse(
        open=True,
        suggestions=map(_suggestion, found.suggested),
        more=found.more,
        held_back=found.held_back,
        not_suggested=[pb.NotSuggested(person_id=str(worker), reasons=map(_reason, reasons)) for worker, reasons in found.refused],
        file=found.file,
    )


def _team_cover(found: CoverOfWeek | None) -> pb.GetTeamCoverResponse:
    if found is None:
        return pb.GetTeamCoverResponse()
    return pb.GetTeamCoverResponse(
        open=True,
        team=map(_suggestion, found.team),
        comes=[pb.CoverTime(person_id=str(worker), time=time_message(time)) for worker, time in found.comes],
        uncovered=map(time_message, found.uncovered),
        wanted_minutes=found.wanted_minutes,
        minutes_of_own_team=found.minutes_of_own_team,
        held_back=found.held_back,
    )


def _suggestion(found: Suggested) -> pb.Suggestion:
    return pb.Suggestion(
        person_id=str(found.worker),
        profile=giving_message(found.offer),
        for_person=_points(found.fit.for_person, MOST_FOR_PERSON),
        for_worker=_points(found.fit.for_worker, MOST_FOR_WORKER),
        score=found.fit.score,
        within_km=found.within_km,
    )


def _points(parts: PersonParts | WorkerParts, most: PersonParts | WorkerParts) -> list[pb.PartPoints]:
    whole = most._asdict()
    return [
        pb.PartPoints(part=to_wire(pb.SuggestionPart, SuggestionPart(name)), points=points, most=whole[name])
        for name, points in parts._asdict().items()
    ]


def _reason(reason: Reason) -> "pb.SuggestionReason.ValueType":
    number: pb.SuggestionReason.ValueType = to_wire(pb.SuggestionReason, SuggestionReason[reason.name])
    return number


def _fairness(found: Fairness) -> pb.GetFairnessResponse:
    exposures = sorted(found.figures.workers.values(), key=lambda worker: (-worker.shown, -worker.offered))
    return pb.GetFairnessResponse(
        weeks=found.weeks,
        workers=[pb.WorkerExposure(shown=worker.shown, introductions=worker.offered) for worker in exposures],
        gini_shown=_share(found.figures.gini_shown),
        gini_introductions=_share(found.figures.gini_offered),
        shown_a_week=found.shown_a_week,
    )


def _share(fraction: Fraction) -> pb.Share:
    return pb.Share(numerator=fraction.numerator, denominator=fraction.denominator)
