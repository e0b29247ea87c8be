"""The RPCs of visits."""

from datetime import date, datetime
from fractions import Fraction
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import visits_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, parse_moment, timestamp
from services.scheduling.commands.agree_visit import agree_visit
from services.scheduling.commands.cancel_visit import cancel_visit
from services.scheduling.commands.decline_visit import decline_visit
from services.scheduling.commands.give_back_visit import give_back_visit
from services.scheduling.commands.move_visit import MovedVisit, move_visit
from services.scheduling.commands.propose_visit import ProposedVisit, propose_visit
from services.scheduling.commands.take_visit import take_visit
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.sharing import VisitSharer
from services.scheduling.domain.visit import Visit
from services.scheduling.queries.get_continuity import Continuity, get_continuity
from services.scheduling.queries.get_days import Days, get_days
from services.scheduling.queries.get_visit import PlannedVisit, get_visit
from services.scheduling.queries.get_waiting import Waiting, get_waiting
from services.scheduling.queries.list_open_visits import list_open_visits
from services.scheduling.queries.list_visits import list_visits
from services.scheduling.rpc.rest_reason import said_reason
from services.scheduling.storage.visits import ListedVisit


def visit_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "VisitService",
        runtime.transactions,
        {
            "ProposeVisit": acting(command(_proposal, partial(propose_visit, zone=zone), _proposed)),
            "AgreeVisit": acting(command(_shown, agree_visit, lambda version: pb.AgreeVisitResponse(version=version))),
            "DeclineVisit": acting(command(_shown, decline_visit, lambda version: pb.DeclineVisitResponse(version=version))),
            "MoveVisit": acting(command(_move, partial(move_visit, zone=zone), _moved)),
            "CancelVisit": acting(command(_shown, cancel_visit, lambda version: pb.CancelVisitResponse(version=version))),
            "TakeVisit": command(_taken, partial(take_visit, zone=zone), lambda _: pb.TakeVisitResponse()),
            "GiveBackVisit": command(lambda request: (_visit(request),), give_back_visit, lambda _: pb.GiveBackVisitResponse()),
            "GetVisit": acting(query(lambda request: (_visit(request),), get_visit, planned_visit)),
            "ListVisits": acting(query(_period, list_visits, _visits)),
            "ListOpenVisits": query(_page, list_open_visits, _open_visits),
            "GetDays": acting(query(_days_asked, partial(get_days, zone=zone), _days)),
            "GetWaiting": acting(query(lambda _: (), partial(get_waiting, zone=zone), _waiting)),
            "GetContinuity": acting(query(lambda request: (parse_id("person_id", request.person_id),), get_continuity, _continuity)),
        },
    )


_Shown = pb.AgreeVisitRequest | pb.DeclineVisitRequest | pb.CancelVisitRequest | pb.TakeVisitRequest


def _visit(request: _Shown | pb.MoveVisitRequest | pb.GiveBackVisitRequest | pb.GetVisitRequest) -> UUID:
    return parse_id("visit_id", request.visit_id)


def _shown(request: _Shown) -> tuple[UUID, int]:
    return _visit(request), request.version


def _taken(request: pb.TakeVisitRequest) -> tuple[UUID, int, SaidReason | None]:
    return *_shown(request), said_reason(request)


def _time(when: pb.LocalTime) -> tuple[date | None, int, int]:
    return parse_day("day", when.day), when.start, when.minutes


def _proposal(request: pb.ProposeVisitRequest) -> tuple[UUID, date | None, int, int, int]:
    return parse_id("person_id", request.person_id), *_time(request.when), request.workers


def _move(request: pb.MoveVisitRequest) -> tuple[UUID, int, date | None, int, int]:
    return _visit(request), request.version, *_time(request.when)


def _page(request: pb.ListVisitsRequest | pb.ListOpenVisitsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _period(request: pb.ListVisitsRequest) -> tuple[UUID, bool, datetime, datetime, PageRequest]:
    begin, end = parse_moment("begin", request.begin), parse_moment("end", request.end)
    return parse_id("person_id", request.person_id), request.giving, begin, end, *_page(request)


def _days_asked(request: pb.GetDaysRequest) -> tuple[UUID, datetime, datetime, bool]:
    begin, end = parse_moment("begin", request.begin), parse_moment("end", request.end)
    return parse_id("person_id", request.person_id), begin, end, request.with_open_visits


def _proposed(proposed: ProposedVisit) -> pb.ProposeVisitResponse:
    visit = proposed.visit
    return pb.ProposeVisitResponse(visit_id=str(visit.id), state=to_wire(pb.VisitState, visit.state), overlaps=proposed.overlaps)


def _moved(moved: MovedVisit) -> pb.MoveVisitResponse:
    return pb.MoveVisitResponse(version=moved.version, overlaps=moved.overlaps)


def _message(visit: Visit, free_places: int, shared: VisitSharer | None) -> pb.Visit:
    return pb.Visit(
        visit_id=str(visit.id),
        person_id=str(visit.person),
        team_id=str(visit.team),
        starts_at=timestamp(visit.starts),
        ends_at=timestamp(visit.ends),
        workers=visit.workers,
        state=to_wire(pb.VisitState, visit.state),
        version=visit.version,
        proposed_by=str(visit.other_proposed_by or visit.proposed_by),
        agreed_by=str(visit.agreed_by) if visit.agreed_by else "",
        other_starts_at=timestamp(visit.other_starts) if visit.other_starts else None,
        other_ends_at=timestamp(visit.other_ends) if visit.other_ends else None,
        free_places=free_places,
        series_id=str(visit.series or ""),
        sharer_id=str(shared.sharer) if shared else "",
        sharing_id=str(shared.sharing) if shared else "",
    )


def planned_visit(plan: PlannedVisit) -> pb.GetVisitResponse:
    visit, workers = plan.visit, tuple(plan.workers)
    message = listed_visit(ListedVisit(visit, max(0, visit.workers - len(workers)), workers, plan.shared))
    return pb.GetVisitResponse(visit=message, worker_ids=message.worker_ids)


def listed_visit(listed: ListedVisit) -> pb.Visit:
    message = _message(listed.visit, listed.free_places, listed.shared)
    message.worker_ids.extend(map(str, listed.workers))
    return message


def _visits(page: Page[ListedVisit]) -> pb.ListVisitsResponse:
    return pb.ListVisitsResponse(visits=map(listed_visit, page.items), next_page_token=page.next_token)


def _open_visits(page: Page[ListedVisit]) -> pb.ListOpenVisitsResponse:
    return pb.ListOpenVisitsResponse(visits=map(listed_visit, page.items), next_page_token=page.next_token)


def _days(days: Days) -> pb.GetDaysResponse:
    return pb.GetDaysResponse(
        to_person=_visits(days.to_person),
        taken=_visits(days.taken),
        open_visits=_open_visits(days.open_visits),
        waiting=_waiting(days.waiting),
    )


def _continuity(found: Continuity) -> pb.GetContinuityResponse:
    workers = [pb.WorkerVisits(worker_id=str(worker), visits=visits) for worker, visits in found.workers]
    return pb.GetContinuityResponse(
        weeks=found.weeks,
        workers=workers,
        index_thousandths=_thousandths(found.index),
        usual_thousandths=_thousandths(found.usual),
    )


def _thousandths(part: Fraction | None) -> int:
    return round(part * 1000) if part is not None else 0


def _waiting(waiting: Waiting) -> pb.GetWaitingResponse:
    visits, work = waiting.visits, waiting.work
    return pb.GetWaitingResponse(
        to_confirm_visit_ids=map(str, visits.to_confirm),
        visits=visits.visits,
        series=visits.series,
        disputed_visit_ids=map(str, work.disputed),
        swaps=work.swaps,
        alerts=work.alerts,
        alerts_told=work.alerts_told,
        watch_asked=work.watch_asked,
        proposals=work.proposals,
        engagements=work.engagements,
        engagement_worker_ids=map(str, work.workers),
        funding=waiting.funding,
        sharing_ids=map(str, visits.sharings),
        gap_ids=map(str, visits.gaps),
    )
