"""The RPCs of referrals."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import referrals_pb2 as pb
from kith.matching.v1.enums import ReferralOutcome, ReferralSide
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.matching.commands.answer_referral import answer_referral
from services.matching.commands.close_referral import close_referral
from services.matching.commands.put_referral import put_referral
from services.matching.commands.refer_in import refer_in
from services.matching.commands.refer_out import refer_out
from services.matching.commands.refuse_referral import refuse_referral
from services.matching.commands.set_referral_telling import set_referral_telling
from services.matching.commands.withdraw_referral import withdraw_referral
from services.matching.domain.referral import Agreed, Referral, ReferralEntry, ReferralWords
from services.matching.queries.get_referral import SeenReferral, get_referral
from services.matching.queries.list_referrals import ListedReferral, ReferralQuestion, list_referrals


def referral_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    catch_up = runtime.catch_up_with("identity")
    acting = partial(while_acting, "referral", catch_up=catch_up)
    return bind(
        pb,
        "ReferralService",
        runtime.transactions,
        {
            "ReferIn": command(_refer_in, partial(refer_in, zone=zone), lambda new: pb.ReferInResponse(referral_id=str(new))),
            "ReferOut": acting(command(_refer_out, partial(refer_out, zone=zone), lambda new: pb.ReferOutResponse(referral_id=str(new)))),
            "PutReferral": command(_put, partial(put_referral, catch_up=catch_up), lambda _: pb.PutReferralResponse()),
            "AnswerReferral": command(_answer, answer_referral, lambda _: pb.AnswerReferralResponse()),
            "WithdrawReferral": command(_referral_id, withdraw_referral, lambda _: pb.WithdrawReferralResponse()),
            "RefuseReferral": acting(command(_referral_id, refuse_referral, lambda _: pb.RefuseReferralResponse())),
            "CloseReferral": command(_close, close_referral, lambda _: pb.CloseReferralResponse()),
            "SetReferralTelling": acting(command(_telling, set_referral_telling, lambda _: pb.SetReferralTellingResponse())),
            "GetReferral": acting(query(_referral_id, get_referral, _seen)),
            "ListReferrals": acting(query(_question, list_referrals, _listed)),
        },
    )


def _referral_id(request: pb.GetReferralRequest | pb.WithdrawReferralRequest | pb.RefuseReferralRequest) -> tuple[UUID]:
    return (parse_id("referral_id", request.referral_id),)


def _refer_in(request: pb.ReferInRequest) -> tuple[UUID, ReferralWords, Agreed]:
    words = ReferralWords(request.who, request.reach, request.words)
    agreed = Agreed(request.agreed_how, parse_day("agreed_on", request.agreed_on))
    return parse_id("partner_id", request.partner_id), words, agreed


def _refer_out(request: pb.ReferOutRequest) -> tuple[UUID, UUID, ReferralWords]:
    words = ReferralWords(request.who, request.reach, request.words)
    return parse_id("person_id", request.person_id), parse_id("partner_id", request.partner_id), words


def _put(request: pb.PutReferralRequest) -> tuple[UUID, UUID]:
    return parse_id("referral_id", request.referral_id), parse_id("person_id", request.person_id)


def _answer(request: pb.AnswerReferralRequest) -> tuple[UUID, bool, str]:
    return parse_id("referral_id", request.referral_id), request.accepted, request.reason


def _close(request: pb.CloseReferralRequest) -> tuple[UUID, ReferralOutcome, str]:
    outcome = from_wire(pb.ReferralOutcome, ReferralOutcome, request.outcome, "outcome", "REFERRAL_OUTCOME_MISSING")
    return parse_id("referral_id", request.referral_id), outcome, request.words


def _telling(request: pb.SetReferralTellingRequest) -> tuple[UUID, bool]:
    return parse_id("referral_id", request.referral_id), request.outcome


def _question(request: pb.ListReferralsRequest) -> tuple[ReferralQuestion, PageRequest]:
    side = from_wire(pb.ReferralSide, ReferralSide, request.side, "side", "REFERRAL_SIDE_MISSING")
    partner = parse_id("partner_id", request.partner_id) if request.partner_id else None
    person = parse_id("person_id", request.person_id) if request.person_id else None
    return ReferralQuestion(side, partner, person, request.open), PageRequest(request.page_size, request.page_token)


def _listed(page: Page[ListedReferral]) -> pb.ListReferralsResponse:
    rows = [_referral(row.referral, row.partner_title, overdue=row.is_overdue) for row in page.items]
    return pb.ListReferralsResponse(referrals=rows, next_page_token=page.next_token)


def _referral(referral: Referral, partner_title: str, *, overdue: bool) -> pb.Referral:
    return pb.Referral(
        referral_id=str(referral.id),
        partner_id=str(referral.partner),
        partner_title=partner_title,
        direction=to_wire(pb.ReferralDirection, referral.direction),
        state=to_wire(pb.ReferralState, referral.state),
        who=referral.who,
        sent_at=timestamp(referral.sent_at),
        answer_by=timestamp(referral.answer_by) if referral.waits else None,
        overdue=overdue,
    )


def _seen(seen: SeenReferral) -> pb.GetReferralResponse:
    referral = seen.referral
    return pb.GetReferralResponse(
        referral=_referral(referral, seen.partner_title, overdue=seen.is_overdue),
        side=to_wire(pb.ReferralSide, seen.side),
        person_id=str(referral.person or ""),
        reach=referral.reach,
        words=referral.words,
        agreed_how=referral.agreed_how,
        agreed_on=referral.agreed_on.isoformat(),
        reason=referral.reason,
        outcome=to_wire(pb.ReferralOutcome, referral.outcome) if referral.outcome else pb.REFERRAL_OUTCOME_UNSPECIFIED,
        outcome_words=referral.outcome_words,
        tells_outcome=referral.tells_outcome,
        steps=[to_wire(pb.ReferralStep, step) for step in seen.steps],
        entries=map(_entry, seen.entries),
    )


def _entry(entry: ReferralEntry) -> pb.ReferralEntry:
    kind = to_wire(pb.ReferralEntryKind, entry.kind)
    return pb.ReferralEntry(kind=kind, said_by=str(entry.said_by or ""), at=timestamp(entry.at))
