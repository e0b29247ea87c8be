"""The RPCs of matching days."""

from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import matching_days_pb2 as pb
from kith.matching.v1.enums import MatchingDayState
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_id, parse_moment, timestamp
from services.matching.commands.announce_matching_day import announce_matching_day
from services.matching.commands.call_off_matching_day import call_off_matching_day
from services.matching.commands.day_side import DaySide
from services.matching.commands.enter_matching_day import enter_matching_day
from services.matching.commands.rank_in_matching_day import rank_in_matching_day
from services.matching.commands.withdraw_from_matching_day import withdraw_from_matching_day
from services.matching.domain.introduction import Side
from services.matching.domain.matching_day import DayPlan, MatchingDay
from services.matching.domain.support_profile import GivingSupport
from services.matching.queries.get_matching_day import OwnDay, OwnSide, get_matching_day
from services.matching.queries.get_matching_day_recount import get_matching_day_recount
from services.matching.queries.get_matching_days import MatchingDays, get_matching_days
from services.matching.rpc.support_profile_servicer import giving_message
from services.matching.storage.day_choices import WhatIsShown


def matching_day_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "introduction", catch_up=runtime.catch_up_with("identity"))
    enter, rank = partial(enter_matching_day, zone=zone), partial(rank_in_matching_day, zone=zone)
    return bind(
        pb,
        "MatchingDayService",
        runtime.transactions,
        {
            "AnnounceMatchingDay": command(_plan, announce_matching_day, lambda day: pb.AnnounceMatchingDayResponse(day_id=str(day))),
            "CallOffMatchingDay": command(_day_id, call_off_matching_day, lambda _: pb.CallOffMatchingDayResponse()),
            "GetMatchingDays": acting(query(_nothing, get_matching_days, _days)),
            "GetMatchingDay": acting(query(_own, partial(get_matching_day, zone=zone), _own_day)),
            "EnterMatchingDay": acting(command(_entered, enter, lambda _: pb.EnterMatchingDayResponse())),
            "RankInMatchingDay": acting(command(_ranked, rank, lambda _: pb.RankInMatchingDayResponse())),
            "WithdrawFromMatchingDay": acting(
                command(_withdrawn, withdraw_from_matching_day, lambda _: pb.WithdrawFromMatchingDayResponse())
            ),
            "GetMatchingDayRecount": query(_day_id, get_matching_day_recount, lambda file: pb.GetMatchingDayRecountResponse(file=file)),
        },
    )


def _plan(request: pb.AnnounceMatchingDayRequest) -> tuple[DayPlan]:
    return (DayPlan(request.words, _moment("closes_at", request), _moment("runs_at", request)),)


def _day_id(request: pb.CallOffMatchingDayRequest | pb.GetMatchingDayRecountRequest) -> tuple[UUID]:
    return (parse_id("day_id", request.day_id),)


def _nothing(_: pb.GetMatchingDaysRequest) -> tuple[()]:
    return ()


def _own(request: pb.GetMatchingDayRequest) -> tuple[UUID, UUID]:
    return parse_id("day_id", request.day_id), parse_id("person_id", request.person_id)


def _part(request: pb.EnterMatchingDayRequest | pb.RankInMatchingDayRequest | pb.WithdrawFromMatchingDayRequest) -> DaySide:
    side = Side.WORKER if request.giving else Side.PERSON
    return DaySide(parse_id("day_id", request.day_id), parse_id("person_id", request.person_id), side)


def _entered(request: pb.EnterMatchingDayRequest) -> tuple[DaySide, int, bool]:
    return _part(request), request.room, request.recount


def _ranked(request: pb.RankInMatchingDayRequest) -> tuple[DaySide, list[list[UUID]], int]:
    groups = [[parse_id("ranks", person) for person in group.person_ids] for group in request.ranks]
    return _part(request), groups, request.version


def _withdrawn(request: pb.WithdrawFromMatchingDayRequest) -> tuple[DaySide]:
    return (_part(request),)


def _moment(field: Literal["closes_at", "runs_at"], request: pb.AnnounceMatchingDayRequest) -> datetime | None:
    """None for one that is missing. Raises Invalid DATE_MALFORMED for one that no calendar has."""
    return parse_moment(field, getattr(request, field)) if request.HasField(field) else None


def _days(found: MatchingDays) -> pb.GetMatchingDaysResponse:
    return pb.GetMatchingDaysResponse(days=[_day(day, state) for day, state in found.days], wanted=found.wanted)


def _day(day: MatchingDay, state: MatchingDayState) -> pb.MatchingDay:
    return pb.MatchingDay(
        day_id=str(day.id),
        words=day.words,
        closes_at=timestamp(day.closes_at),
        runs_at=timestamp(day.runs_at),
        state=to_wire(pb.MatchingDayState, state),
        commitment=day.commitment,
        entries=len(day.entry_hashes),
        pairs=day.pairs,
    )


def _own_day(own: OwnDay) -> pb.GetMatchingDayResponse:
    sides = {side: _entry(found, own.state) for side, found in own.sides.items()}
    return pb.GetMatchingDayResponse(day=_day(own.day, own.state), getting=sides.get(Side.PERSON), giving=sides.get(Side.WORKER))


def _entry(own: OwnSide, state: MatchingDayState) -> pb.MatchingDayEntry:
    entry = own.entry
    return pb.MatchingDayEntry(
        room=entry.room,
        recount=entry.recount,
        version=entry.version,
        choices=[_choice(other, shown, own.ranks.get(other, 0)) for other, shown in own.choices.items()],
        proposed_ids=map(str, own.proposed),
        number=entry.number if state is MatchingDayState.RUN else "",
        file=own.file,
        ranked=[pb.RankedNumber(person_id=str(other), number=number) for other, number in own.numbers.items()],
    )


def _choice(other: UUID, shown: WhatIsShown, rank: int) -> pb.MatchingDayChoice:
    if isinstance(shown, GivingSupport):
        return pb.MatchingDayChoice(person_id=str(other), rank=rank, offer=giving_message(shown))
    return pb.MatchingDayChoice(person_id=str(other), rank=rank, words=shown)
