"""The RPCs of visits that repeat."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import visit_series_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.agree_series import agree_series
from services.scheduling.commands.decline_series import decline_series
from services.scheduling.commands.end_series import end_series
from services.scheduling.commands.end_standing_place import end_standing_place
from services.scheduling.commands.propose_series import propose_series
from services.scheduling.commands.take_series import TakenSeries, take_series
from services.scheduling.commands.take_standing_place import TakenStandingPlace, take_standing_place
from services.scheduling.commands.withdraw_series import withdraw_series
from services.scheduling.domain.recurrence import every_weeks_of, weekdays_of
from services.scheduling.domain.series_overlap import SeriesVisit
from services.scheduling.domain.standing_place import StandingPlace
from services.scheduling.domain.taking import NotTaken
from services.scheduling.domain.visit_series import NewSeries, VisitSeries
from services.scheduling.queries.get_series import WholeSeries, get_series
from services.scheduling.queries.list_series import list_series
from services.scheduling.queries.preview_series import preview_series
from services.scheduling.rpc.visit_servicer import listed_visit


def series_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "VisitSeriesService",
        runtime.transactions,
        {
            "ProposeSeries": acting(command(_proposal, partial(propose_series, zone=zone), _proposed)),
            "AgreeSeries": acting(
                command(_shown, partial(agree_series, zone=zone), lambda version: pb.AgreeSeriesResponse(version=version))
            ),
            "DeclineSeries": acting(command(_shown, decline_series, lambda now: pb.DeclineSeriesResponse(version=now))),
            "WithdrawSeries": command(_shown, withdraw_series, lambda now: pb.WithdrawSeriesResponse(version=now)),
            "EndSeries": acting(command(_ending, partial(end_series, zone=zone), lambda now: pb.EndSeriesResponse(version=now))),
            "TakeSeries": command(_to_take, partial(take_series, zone=zone), _taken),
            "TakeStandingPlace": command(_standing, partial(take_standing_place, zone=zone), _taken_standing),
            "EndStandingPlace": command(
                _standing_end, partial(end_standing_place, zone=zone), lambda n: pb.EndStandingPlaceResponse(given_back=n)
            ),
            "GetSeries": acting(query(lambda request: (_series(request),), partial(get_series, zone=zone), _whole_series)),
            "ListSeries": acting(query(_page, partial(list_series, zone=zone), _listed)),
            "PreviewSeries": acting(query(_proposal, partial(preview_series, zone=zone), _preview)),
        },
    )


_Shown = pb.AgreeSeriesRequest | pb.DeclineSeriesRequest | pb.WithdrawSeriesRequest | pb.EndSeriesRequest


_OfSeries = _Shown | pb.TakeSeriesRequest | pb.TakeStandingPlaceRequest | pb.EndStandingPlaceRequest | pb.GetSeriesRequest


def _series(request: _OfSeries) -> UUID:
    return parse_id("series_id", request.series_id)


def _shown(request: _Shown) -> tuple[UUID, int]:
    return _series(request), request.version


def _proposal(request: pb.ProposeSeriesRequest | pb.PreviewSeriesRequest) -> tuple[UUID, NewSeries, UUID | None]:
    pattern = request.pattern
    new = NewSeries(
        parse_day("first_day", pattern.first_day),
        tuple(pattern.weekdays),
        pattern.every_weeks,
        pattern.start,
        pattern.minutes,
        parse_day("last_day", pattern.last_day),
        request.workers,
    )
    replaces = parse_id("replaces_series_id", request.replaces_series_id) if request.replaces_series_id else None
    return parse_id("person_id", request.person_id), new, replaces


def _ending(request: pb.EndSeriesRequest) -> tuple[UUID, int, date | None]:
    return *_shown(request), parse_day("from_day", request.from_day)


def _to_take(request: pb.TakeSeriesRequest) -> tuple[UUID, list[tuple[UUID, int]]]:
    return _series(request), _shown_visits(request.visits)


def _shown_visits(visits: Iterable[pb.ShownVisit]) -> list[tuple[UUID, int]]:
    return [(parse_id("visits", shown.visit_id), shown.version) for shown in visits]


def _standing(request: pb.TakeStandingPlaceRequest) -> tuple[UUID, int, list[tuple[UUID, int]]]:
    return _series(request), request.version, _shown_visits(request.visits)


def _standing_end(request: pb.EndStandingPlaceRequest) -> tuple[UUID, date | None, bool]:
    return _series(request), parse_day("from_day", request.from_day), request.give_back


def _page(request: pb.ListSeriesRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _proposed(series: VisitSeries) -> pb.ProposeSeriesResponse:
    return pb.ProposeSeriesResponse(series_id=str(series.id), state=to_wire(pb.SeriesState, series.state))


def _taken(result: TakenSeries) -> pb.TakeSeriesResponse:
    return pb.TakeSeriesResponse(
        taken_visit_ids=map(str, result.taken),
        not_taken=map(_not_taken, result.not_taken),
    )


def _not_taken(one: NotTaken) -> pb.NotTakenVisit:
    return pb.NotTakenVisit(visit_id=str(one.visit), reason=one.reason, details=one.details)


def _taken_standing(result: TakenStandingPlace) -> pb.TakeStandingPlaceResponse:
    taken = _taken(result.visits)
    return pb.TakeStandingPlaceResponse(since=result.since.isoformat(), taken_visit_ids=taken.taken_visit_ids, not_taken=taken.not_taken)


def _standing_place(place: StandingPlace) -> pb.StandingPlace:
    last_day = place.last_day.isoformat() if place.last_day else ""
    return pb.StandingPlace(worker_id=str(place.worker), since=place.since.isoformat(), last_day=last_day)


def pattern_message(series: VisitSeries) -> pb.SeriesPattern:
    return pb.SeriesPattern(
        first_day=series.first_day.isoformat(),
        weekdays=weekdays_of(series.rule),
        every_weeks=every_weeks_of(series.rule),
        start=series.start,
        minutes=series.minutes,
        last_day=series.last_day.isoformat() if series.last_day else "",
    )


def _message(series: VisitSeries) -> pb.VisitSeries:
    return pb.VisitSeries(
        series_id=str(series.id),
        person_id=str(series.person),
        team_id=str(series.team),
        pattern=pattern_message(series),
        workers=series.workers,
        state=to_wire(pb.SeriesState, series.state),
        version=series.version,
        proposed_by=str(series.proposed_by),
        agreed_by=str(series.agreed_by or ""),
        replaces_series_id=str(series.replaces or ""),
        rule=series.rule,
        zone=series.zone,
    )


def _ahead(visit: SeriesVisit) -> pb.SeriesVisit:
    return pb.SeriesVisit(starts_at=timestamp(visit.starts), ends_at=timestamp(visit.ends), overlaps=visit.overlaps)


def _whole_series(whole: WholeSeries) -> pb.GetSeriesResponse:
    return pb.GetSeriesResponse(
        series=_message(whole.series),
        visits=map(listed_visit, whole.visits),
        proposed_visits=map(_ahead, whole.proposed_visits),
        standing_places=map(_standing_place, whole.standing_places),
        not_yours=map(_not_taken, whole.not_yours),
        can_take_standing_place=whole.can_take_standing_place,
    )


def _listed(page: Page[VisitSeries]) -> pb.ListSeriesResponse:
    return pb.ListSeriesResponse(series=map(_message, page.items), next_page_token=page.next_token)


def _preview(visits: list[SeriesVisit]) -> pb.PreviewSeriesResponse:
    return pb.PreviewSeriesResponse(visits=map(_ahead, visits))
