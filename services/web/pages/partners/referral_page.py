"""Referrals about a person, and one referral with all that the reader's side is told of it, and what they may do now.

One referral stands at two addresses: for a secretary, whose call has their hat, and for the person and who speaks for the partner.
"""

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import partners_pb2 as partners
from kith.matching.v1 import referrals_pb2 as pb
from kith.matching.v1.enums import ReferralDirection, ReferralOutcome, ReferralSide, ReferralStep
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.partners import partner_views
from services.web.pages.partners.partner_views import partner_view
from services.web.pages.partners.referral_forms import fetch_referral
from services.web.pages.partners.referral_views import OFFICE_PATH, PATH, referral_view, timeline_rows

CHANGE = "referral-change"
_SHOWN = 50
_DONE = ("sent", "put", "accepted", "declined", "closed", "more", "less", "refused", "withdrawn")


async def _show_own(ctx: PageContext) -> Response:
    """All about this person, in both directions; and the partners that they speak for."""
    services = ctx.state.services
    request = pb.ListReferralsRequest(
        side=pb.REFERRAL_SIDE_PERSON, person_id=ctx.subject_id, page_size=_SHOWN, page_token=ctx.query_param("page")
    )
    found: pb.ListReferralsResponse = await ctx.call(services.referrals.ListReferrals, request)
    own = partners.ListPartnersResponse()
    if not ctx.acting:
        own = await ctx.call(services.partners.ListPartners, partners.ListPartnersRequest(own=True))
    return ctx.render(
        "partners/referrals",
        referrals=[referral_view(ctx, referral, PATH, own=True) for referral in found.referrals],
        partners=[partner_view(ctx, partner, partner_views.OWN_PATH) for partner in own.partners],
        more=ctx.next_page(found.next_page_token),
        done=_done(ctx),
    )


async def _show(ctx: PageContext) -> Response:
    found = await fetch_referral(ctx)
    side = known_word(pb.ReferralSide, ReferralSide, found.side, ReferralSide.PERSON)
    direction = known_word(pb.ReferralDirection, ReferralDirection, found.referral.direction, ReferralDirection.IN)
    person = ""
    if side is ReferralSide.CO_OP and found.person_id:
        person = (await ctx.person_names([found.person_id]))[found.person_id].full
    return ctx.render(
        "partners/referral",
        referral=referral_view(ctx, found.referral, PATH, own=side is ReferralSide.PERSON),
        side=side.value,
        rows=_rows(ctx, found, person),
        steps={known_word(pb.ReferralStep, ReferralStep, step, None) for step in found.steps},
        tells_outcome=found.tells_outcome,
        may_tell=side is ReferralSide.PERSON and direction is ReferralDirection.IN,
        is_told_little=side is ReferralSide.PARTNER and direction is ReferralDirection.IN and not found.tells_outcome,
        person_path=f"/members/{found.person_id}" if person else "",
        entries=await timeline_rows(ctx, list(found.entries)),
        back=_back(found, side),
        done=_done(ctx),
    )


def _rows(ctx: PageContext, found: pb.GetReferralResponse, person: str) -> list[dict[str, object]]:
    """What is written, under its name; nothing for what is not there."""
    outcome = known_word(pb.ReferralOutcome, ReferralOutcome, found.outcome, None)
    answers: tuple[tuple[str, str | Markup], ...] = (
        ("who", found.referral.who),
        ("person", person),
        ("reach", found.reach),
        ("words", found.words),
        ("agreed_how", found.agreed_how),
        ("agreed_on", ctx.format_day(found.agreed_on)),
        ("reason", found.reason),
        ("outcome", ctx.say(f"referral_outcome.{outcome}") if outcome else ""),
        ("outcome_words", found.outcome_words),
    )
    return [{"name": ctx.say(f"referral_row.{name}"), "value": value, "path": ""} for name, value in answers if value]


def _back(found: pb.GetReferralResponse, side: ReferralSide) -> str:
    match side:
        case ReferralSide.CO_OP:
            return f"{partner_views.OFFICE_PATH}/{found.referral.partner_id}"
        case ReferralSide.PARTNER:
            return f"{partner_views.OWN_PATH}/{found.referral.partner_id}"
        case ReferralSide.PERSON:
            return PATH


async def _change(ctx: PageContext, form: Form) -> Response:
    """Take it on, or say what the partner that sent it hears."""
    services, done, referral = ctx.state.services.referrals, form.text("do"), ctx.path_param("referral")
    if done == "accepted":
        request = pb.AnswerReferralRequest(request_id=form.request_id, referral_id=referral, accepted=True)
        await ctx.call(services.AnswerReferral, request)
    elif done in {"more", "less"}:
        telling = pb.SetReferralTellingRequest(request_id=form.request_id, referral_id=referral, outcome=done == "more")
        await ctx.call(services.SetReferralTelling, telling)
    return ctx.redirect(f"{ctx.request_path}?done={done}" if done in _DONE else ctx.request_path)


async def _subject(ctx: PageContext) -> ActionSubject:
    referral = (await fetch_referral(ctx)).referral
    return ActionSubject(referral_view(ctx, referral, PATH).way, f"{PATH}/{referral.referral_id}")


async def _refuse(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    referral = ctx.path_param("referral")
    await ctx.call(ctx.state.services.referrals.RefuseReferral, pb.RefuseReferralRequest(request_id=form.request_id, referral_id=referral))
    return ctx.redirect(f"{PATH}/{referral}?done=refused")


async def _withdraw(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    referral = ctx.path_param("referral")
    request = pb.WithdrawReferralRequest(request_id=form.request_id, referral_id=referral)
    await ctx.call(ctx.state.services.referrals.WithdrawReferral, request)
    return ctx.redirect(f"{PATH}/{referral}?done=withdrawn")


def _done(ctx: PageContext) -> str:
    return ctx.query_param("done") if ctx.query_param("done") in _DONE else ""


REFUSE = ConfirmedAction("refuse_referral", _subject, _refuse, Access.MEMBER, needs_decision=False, acting=True)
WITHDRAW = ConfirmedAction("withdraw_referral", _subject, _withdraw, Access.MEMBER, needs_decision=False)
PAGES = (
    Page(PATH, _show_own, acting=True),
    Page(f"{PATH}/{{referral:uuid}}", _show, _change, CHANGE, acting=True),
    Page(f"{OFFICE_PATH}/{{referral:uuid}}", _show, _change, CHANGE, Access.SECRETARY),
    confirmation_page(f"{PATH}/{{referral:uuid}}/no", REFUSE),
    confirmation_page(f"{PATH}/{{referral:uuid}}/withdraw", WITHDRAW),
)
