"""One partner: its referrals, what both agreed on, and what happened; for a secretary, and for who speaks for it.

The same page stands at two addresses. At that of the secretaries the call has their hat, and the service answers as to the co-op.
"""

from collections.abc import Mapping

from starlette.responses import Response

from kith.matching.v1 import partners_pb2 as pb
from kith.matching.v1 import referrals_pb2 as referrals
from kith.matching.v1.enums import PartnerSide
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.form_page import Fields, FormPage, form_page
from services.web.pages.neighbours.post_views import chosen
from services.web.pages.partners import referral_views
from services.web.pages.partners.office import fetch_partner
from services.web.pages.partners.partner_views import OFFICE_PATH, OWN_PATH, agreement_view, entry_rows, partner_view
from services.web.pages.partners.referral_views import referral_view

CHANGE = "partner-change"
_SHOWN = 20
_DONE = ("written", "place", "place_ended", "proposed", "signed", "ended", "referred")


async def _show_own(ctx: PageContext) -> Response:
    """Those for which somebody speaks."""
    request = pb.ListPartnersRequest(own=True, page_token=ctx.query_param("page"))
    found: pb.ListPartnersResponse = await ctx.call(ctx.state.services.partners.ListPartners, request)
    return ctx.render(
        "partners/own",
        partners=[partner_view(ctx, partner, OWN_PATH) for partner in found.partners],
        more=ctx.next_page(found.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") == "left" else "",
    )


async def _show(ctx: PageContext) -> Response:
    services, is_office = ctx.state.services, _is_office(ctx)
    found = await fetch_partner(ctx)
    partner_id = found.partner.partner_id
    side = referrals.REFERRAL_SIDE_CO_OP if is_office else referrals.REFERRAL_SIDE_PARTNER
    sent: referrals.ListReferralsResponse = await ctx.call(
        services.referrals.ListReferrals,
        referrals.ListReferralsRequest(side=side, partner_id=partner_id, page_size=_SHOWN, page_token=ctx.query_param("page")),
    )
    happened: pb.ListPartnerEntriesResponse = await ctx.call(
        services.partners.ListPartnerEntries,
        pb.ListPartnerEntriesRequest(partner_id=partner_id, page_size=_SHOWN, page_token=ctx.query_param("entries")),
    )
    names = await ctx.person_names(place.person_id for place in found.places)
    entries = f"{ctx.request_path}?entries={happened.next_page_token}" if happened.next_page_token else ""
    return ctx.render(
        "partners/partner",
        partner=partner_view(ctx, found.partner, ctx.request_path.rpartition("/")[0]),
        is_office=is_office,
        speakers=[(place.person_id, names[place.person_id].full) for place in found.places],
        agreements=[agreement_view(ctx, agreement, found.partner.title) for agreement in found.agreements],
        referrals=[referral_view(ctx, one, referral_views.OFFICE_PATH if is_office else referral_views.PATH) for one in sent.referrals],
        more_referrals=ctx.next_page(sent.next_page_token),
        entries=await entry_rows(ctx, list(happened.entries)),
        more_entries=entries,
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def _change(ctx: PageContext, form: Form) -> Response:
    """Sign or end an agreement, or take somebody's place away."""
    services, done, agreement = ctx.state.services.partners, form.text("do"), form.text("agreement")
    if done == "signed":
        await ctx.call(services.SignAgreement, pb.SignAgreementRequest(request_id=form.request_id, agreement_id=agreement))
    elif done == "ended":
        await ctx.call(services.EndAgreement, pb.EndAgreementRequest(request_id=form.request_id, agreement_id=agreement))
    elif done == "place_ended":
        await _end_place(ctx, form, form.text("person"))
    return ctx.redirect(f"{ctx.request_path}?done={done}" if done in _DONE else ctx.request_path)


async def _end_place(ctx: PageContext, form: Form, person: str) -> None:
    request = pb.EndPartnerPlaceRequest(request_id=form.request_id, partner_id=ctx.path_param("partner"), person_id=person)
    await ctx.call(ctx.state.services.partners.EndPartnerPlace, request)


async def _space_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    title = (await fetch_partner(ctx)).partner.title
    givers = [{"value": side.value, "text": ctx.say(f"space_gives.{side}", partner=title), "hint": ""} for side in PartnerSide]
    return {
        "title": title,
        "givers": givers,
        "back": ctx.request_path.rpartition("/")[0],
        "fields": {**fields, "from_day": fields["from_day"] or ctx.local_day().isoformat()},
    }


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    given_by = chosen(pb.PartnerSide, PartnerSide, fields["given_by"])
    terms = pb.SpaceTerms(given_by=given_by, **{name: fields[name] for name in _TYPED})
    request = pb.ProposeAgreementRequest(request_id=request_id, partner_id=ctx.path_param("partner"), terms=terms)
    await ctx.call(ctx.state.services.partners.ProposeAgreement, request)
    return f"{ctx.request_path.rpartition('/')[0]}?done=proposed"


def _is_office(ctx: PageContext) -> bool:
    return ctx.request_path.startswith(f"{OFFICE_PATH}/")


async def _own_place(ctx: PageContext) -> ActionSubject:
    return ActionSubject((await fetch_partner(ctx)).partner.title, f"{OWN_PATH}/{ctx.path_param('partner')}")


async def _leave(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    await _end_place(ctx, form, ctx.person_id)
    return ctx.redirect(f"{OWN_PATH}?done=left")


_TYPED = ("space", "times", "from_day", "until_day", "review_day")
SPACE = FormPage(
    "partner-space",
    "partners/space",
    _space_values,
    _propose,
    fields=("given_by", *_TYPED),
    input_by_field={name: name for name in ("given_by", *_TYPED)},
)
LEAVE = ConfirmedAction("leave_partner", _own_place, _leave, Access.MEMBER, needs_decision=False)
PAGES = (
    Page(f"{OFFICE_PATH}/{{partner:uuid}}", _show, _change, CHANGE, Access.SECRETARY),
    form_page(f"{OFFICE_PATH}/{{partner:uuid}}/space", SPACE),
    Page(OWN_PATH, _show_own),
    Page(f"{OWN_PATH}/{{partner:uuid}}", _show, _change, CHANGE),
    form_page(f"{OWN_PATH}/{{partner:uuid}}/space", SPACE, Access.MEMBER),
    confirmation_page(f"{OWN_PATH}/{{partner:uuid}}/leave", LEAVE),
)
