"""What waits for an answer of the person's, or of whom they act for: a line for each kind, with the page on which it is answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kith.identity.v1.enums import ActingScope
from kith.matching.v1 import waiting_pb2 as matching
from kith.scheduling.v1 import visits_pb2 as scheduling
from libs.refusals import Unavailable
from services.web.page_context import PageContext

_SECRETARY = "secretary"
_IN_VISITS = {ActingScope.TEAM.value, ActingScope.MONEY.value}
_IN_MATCHING = {ActingScope.TEAM.value}


@dataclass(frozen=True)
class Question:
    """What waits, in words, and where it is answered."""

    says: Markup
    path: str


@dataclass(frozen=True)
class _Kind:
    key: str
    count: int
    path: str


async def list_waiting(ctx: PageContext, known: scheduling.GetWaitingResponse | None = None, visits_shown: int = 0) -> list[Question]:
    """What presses most comes first; without what a service would say that does not answer. So many visits stand on the page already.

    `known` is what the page has asked scheduling for already, without a hat.
    """
    visits, others = await asyncio.gather(_of_visits(ctx, known), _of_matching(ctx))
    kinds = (
        _Kind("home.alerts", visits.alerts, "/watch/open"),
        _Kind("home.alerts_told", visits.alerts_told, "/watch/open"),
        _Kind("home.watch_asked", visits.watch_asked, "/watch"),
        _Kind("home.more_visits" if visits_shown else "home.visits", visits.visits - visits_shown, "/week"),
        _Kind("home.to_confirm", len(visits.to_confirm_visit_ids), f"/visits/{_first(visits.to_confirm_visit_ids)}"),
        _Kind("home.disputed", len(visits.disputed_visit_ids), f"/visits/{_first(visits.disputed_visit_ids)}"),
        _Kind("home.swaps", visits.swaps, "/week/swaps"),
        _Kind("series.waiting", visits.series, "/visits/series"),
        _Kind("home.proposals", visits.proposals, "/week/proposals"),
        _Kind("home.concerns", len(others.concern_ids), _only_or_list("/team/concerns", others.concern_ids)),
        _Kind("home.facilitations", len(others.facilitation_ids), _only_or_list("/team/concerns", others.facilitation_ids)),
        _Kind("home.team_questions", len(others.team_question_ids), _only_or("/team", "/team/questions", others.team_question_ids)),
        _Kind("home.referrals_about", len(others.referral_about_ids), _only_or_list("/referrals", others.referral_about_ids)),
        _Kind("home.referrals", len(others.referral_ids), _only_or_list("/partners/referrals", others.referral_ids)),
        _Kind("home.partner_referrals", len(others.partner_referral_ids), f"/referrals/{_first(others.partner_referral_ids)}"),
        _Kind("home.gaps", len(visits.gap_ids), _only_or_list("/visits/distances", visits.gap_ids)),
        _Kind("home.sharings", len(visits.sharing_ids), f"/visits/sharing/{_first(visits.sharing_ids)}"),
        _Kind("home.funding", visits.funding, "/money"),
        _Kind("home.engagements", visits.engagements, "/money/work"),
        _Kind(
            "home.engagements_of_workers", len(visits.engagement_worker_ids), f"/members/{_first(visits.engagement_worker_ids)}/engagement"
        ),
        _Kind("home.invitations", others.team_invitations, "/team"),
        _Kind("home.matching_day", int(bool(others.matching_day_id)), f"/people/days/{others.matching_day_id}"),
    )
    return [Question(ctx.say(kind.key, kind.count), kind.path) for kind in kinds if kind.count > 0]


async def _of_visits(ctx: PageContext, known: scheduling.GetWaitingResponse | None) -> scheduling.GetWaitingResponse:
    if known is not None and _hat(ctx) is None:
        return known
    if not _may_ask(ctx, _IN_VISITS):
        return scheduling.GetWaitingResponse()
    try:
        return await ctx.call(ctx.state.services.visits.GetWaiting, scheduling.GetWaitingRequest(), _hat(ctx))
    except Unavailable:
        return scheduling.GetWaitingResponse()


async def _of_matching(ctx: PageContext) -> matching.GetWaitingResponse:
    if not _may_ask(ctx, _IN_MATCHING):
        return matching.GetWaitingResponse()
    try:
        return await ctx.call(ctx.state.services.waiting.GetWaiting, matching.GetWaitingRequest(), _hat(ctx))
    except Unavailable:
        return matching.GetWaitingResponse()


def _may_ask(ctx: PageContext, scopes: set[str]) -> bool:
    """Who acts, within their scopes alone."""
    return ctx.acting is None or not scopes.isdisjoint(ctx.acting.scopes)


def _hat(ctx: PageContext) -> str | None:
    """Some of it waits for a secretary."""
    return _SECRETARY if ctx.has_hat(_SECRETARY) else None


def _first(ids: Sequence[str]) -> str:
    return next(iter(ids), "")


def _only_or(page: str, path: str, ids: Sequence[str]) -> str:
    """The page of the only one, or that on which all of them stand."""
    return f"{path}/{ids[0]}" if len(ids) == 1 else page


def _only_or_list(path: str, ids: Sequence[str]) -> str:
    return _only_or(path, path, ids)
