"""The RPCs of workers' weeks."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import worker_weeks_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.accept_swap import accept_swap
from services.scheduling.commands.ask_workers import ask_workers
from services.scheduling.commands.confirm_week import confirm_week
from services.scheduling.commands.decline_swap import decline_swap
from services.scheduling.commands.end_away import end_away
from services.scheduling.commands.offer_swap import ShownVisit, offer_swap
from services.scheduling.commands.say_away import SaidAway, say_away
from services.scheduling.commands.withdraw_swap import withdraw_swap
from services.scheduling.domain.away import Away
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.week_confirmation import WorkerWeek
from services.scheduling.queries.get_confirmed_visits import get_confirmed_visits
from services.scheduling.queries.get_swap_choices import SwapChoices, get_swap_choices
from services.scheduling.queries.get_who_could import WhoCould, get_who_could
from services.scheduling.queries.get_worker_week import get_worker_week
from services.scheduling.queries.list_away import list_away
from services.scheduling.queries.list_swaps import list_swaps
from services.scheduling.rpc.rest_reason import said_reason
from services.scheduling.storage.swaps import ListedSwap


def worker_week_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "visit", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "WorkerWeekService",
        runtime.transactions,
        {
            "SayAway": command(_away_days, partial(say_away, zone=zone), _said_away),
            "EndAway": command(lambda request: (parse_id("away_id", request.away_id),), end_away, lambda _: pb.EndAwayResponse()),
            "ListAway": query(_page, list_away, _away_list),
            "GetWhoCould": acting(query(_visit, partial(get_who_could, zone=zone), _who_could)),
            "AskWorkers": acting(command(_chosen, partial(ask_workers, zone=zone), lambda asked: pb.AskWorkersResponse(asked=asked))),
            "GetSwapChoices": query(_visit, get_swap_choices, _choices),
            "OfferSwap": command(_offer, partial(offer_swap, zone=zone), lambda swap: pb.OfferSwapResponse(swap_id=str(swap))),
            "AcceptSwap": command(_accepted, partial(accept_swap, zone=zone), lambda _: pb.AcceptSwapResponse()),
            "DeclineSwap": command(_swap, decline_swap, lambda _: pb.DeclineSwapResponse()),
            "WithdrawSwap": command(_swap, withdraw_swap, lambda _: pb.WithdrawSwapResponse()),
            "ListSwaps": query(_page, list_swaps, _swaps),
            "GetWorkerWeek": query(
                lambda request: (parse_day("monday", request.monday),), partial(get_worker_week, zone=zone), _worker_week
            ),
            "ConfirmWeek": command(_seen_week, partial(confirm_week, zone=zone), lambda _: pb.ConfirmWeekResponse()),
            "GetConfirmedVisits": acting(query(_days, get_confirmed_visits, _confirmed)),
        },
    )


def _away_days(request: pb.SayAwayRequest) -> tuple[date | None, date | None]:
    return parse_day("first_day", request.first_day), parse_day("last_day", request.last_day)


def _said_away(said: SaidAway) -> pb.SayAwayResponse:
    return pb.SayAwayResponse(away_id=str(said.id), given_back=said.given_back)


def _page(request: pb.ListAwayRequest | pb.ListSwapsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _away_list(page: Page[Away]) -> pb.ListAwayResponse:
    return pb.ListAwayResponse(away=map(_away, page.items), next_page_token=page.next_token)


def _away(away: Away) -> pb.Away:
    ends = timestamp(away.ends) if away.ends else None
    return pb.Away(away_id=str(away.id), begins_at=timestamp(away.begins), ends_at=ends)


def _visit(request: pb.GetWhoCouldRequest | pb.GetSwapChoicesRequest) -> tuple[UUID]:
    return (parse_id("visit_id", request.visit_id),)


def _who_could(who: WhoCould) -> pb.GetWhoCouldResponse:
    candidates = [
        pb.Candidate(
            person_id=str(each.worker),
            can_come=each.can_come,
            comes=each.comes,
            asked=each.asked,
            own_reasons=[pb.OwnReason(reason=reason.reason, details=reason.details) for reason in each.own_reasons],
        )
        for each in who.candidates
    ]
    return pb.GetWhoCouldResponse(candidates=candidates, version=who.version)


def _chosen(request: pb.AskWorkersRequest) -> tuple[UUID, int, list[UUID]]:
    chosen = [parse_id("person_ids", person) for person in request.person_ids]
    return parse_id("visit_id", request.visit_id), request.version, chosen


def _choices(choices: SwapChoices) -> pb.GetSwapChoicesResponse:
    return pb.GetSwapChoicesResponse(
        person_id=str(choices.visit.person),
        visit=_swap_visit(choices.visit.id, choices.visit.version, (choices.visit.starts, choices.visit.ends)),
        choices=[
            pb.SwapChoice(
                colleague_id=str(colleague),
                visits=[_swap_visit(each.id, each.version, (each.starts, each.ends)) for each in of_colleague],
            )
            for colleague, of_colleague in choices.visits.items()
        ],
    )


def _swap_visit(visit: UUID, version: int, times: tuple[datetime, datetime]) -> pb.SwapVisit:
    return pb.SwapVisit(visit_id=str(visit), version=version, starts_at=timestamp(times[0]), ends_at=timestamp(times[1]))


def _offer(request: pb.OfferSwapRequest) -> tuple[ShownVisit, UUID, ShownVisit | None, SaidReason | None]:
    wanted = None
    if request.return_visit_id:
        wanted = ShownVisit(parse_id("return_visit_id", request.return_visit_id), request.return_version)
    offered = ShownVisit(parse_id("visit_id", request.visit_id), request.version)
    return offered, parse_id("colleague_id", request.colleague_id), wanted, said_reason(request)


def _swap(request: pb.AcceptSwapRequest | pb.DeclineSwapRequest | pb.WithdrawSwapRequest) -> tuple[UUID]:
    return (parse_id("swap_id", request.swap_id),)


def _accepted(request: pb.AcceptSwapRequest) -> tuple[UUID, SaidReason | None]:
    return *_swap(request), said_reason(request)


def _swaps(page: Page[ListedSwap]) -> pb.ListSwapsResponse:
    return pb.ListSwapsResponse(swaps=map(_listed_swap, page.items), next_page_token=page.next_token)


def _listed_swap(listed: ListedSwap) -> pb.Swap:
    swap, back = listed.swap, None
    if swap.return_visit and swap.return_version and listed.return_times:
        back = _swap_visit(swap.return_visit, swap.return_version, listed.return_times)
    return pb.Swap(
        swap_id=str(swap.id),
        person_id=str(listed.person),
        from_worker_id=str(swap.from_worker),
        to_worker_id=str(swap.to_worker),
        visit=_swap_visit(swap.visit, swap.version, listed.times),
        return_visit=back,
        state=to_wire(pb.SwapState, swap.state),
    )


def _worker_week(week: WorkerWeek) -> pb.GetWorkerWeekResponse:
    confirmed = timestamp(week.confirmed_at) if week.confirmed_at else None
    return pb.GetWorkerWeekResponse(
        fingerprint=week.fingerprint,
        confirmed_at=confirmed,
        changed_since=week.changed_since,
        standing_series_ids=map(str, week.standing),
    )


def _seen_week(request: pb.ConfirmWeekRequest) -> tuple[date | None, str]:
    return parse_day("monday", request.monday), request.fingerprint


def _days(request: pb.GetConfirmedVisitsRequest) -> tuple[UUID, date | None, int]:
    return parse_id("person_id", request.person_id), parse_day("first_day", request.first_day), request.days


def _confirmed(confirmed: Mapping[UUID, tuple[UUID, ...]]) -> pb.GetConfirmedVisitsResponse:
    visits = [pb.ConfirmedVisit(visit_id=str(visit), worker_ids=map(str, workers)) for visit, workers in confirmed.items()]
    return pb.GetConfirmedVisitsResponse(visits=visits)
