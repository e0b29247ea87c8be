"""The RPC of what waits for somebody's answer."""

from functools import partial
from zoneinfo import ZoneInfo

from kith.matching.v1 import waiting_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, query
from services.matching.queries.get_waiting import Waiting, get_waiting


def waiting_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "team", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb, "WaitingService", runtime.transactions, {"GetWaiting": acting(query(lambda _: (), partial(get_waiting, zone=zone), _waiting))}
    )


def _waiting(waiting: Waiting) -> pb.GetWaitingResponse:
    return pb.GetWaitingResponse(
        concern_ids=map(str, waiting.concerns),
        facilitation_ids=map(str, waiting.facilitations),
        referral_ids=map(str, waiting.referrals),
        partner_referral_ids=map(str, waiting.partner_referrals),
        referral_about_ids=map(str, waiting.referrals_about),
        team_invitations=waiting.invitations,
        matching_day_id=str(waiting.matching_day or ""),
        team_question_ids=map(str, waiting.team_questions),
    )
