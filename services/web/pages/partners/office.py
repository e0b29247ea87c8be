"""The partners of the co-op, for a secretary: all of them, what waits for an answer, and writing one down."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.matching.v1 import partners_pb2 as pb
from kith.matching.v1 import referrals_pb2 as referrals
from kith.matching.v1.enums import PartnerKind
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.form_page import Fields, FormPage, choices, form_page
from services.web.pages.neighbours.post_views import chosen
from services.web.pages.partners.choose_person import FIELDS, choice_values, chosen_person
from services.web.pages.partners.partner_views import OFFICE_PATH, partner_view
from services.web.pages.partners.referral_views import OFFICE_PATH as REFERRALS_PATH
from services.web.pages.partners.referral_views import referral_view

_SHOWN = 50


async def _show(ctx: PageContext) -> Response:
    services = ctx.state.services
    found: pb.ListPartnersResponse = await ctx.call(
        services.partners.ListPartners, pb.ListPartnersRequest(page_size=_SHOWN, page_token=ctx.query_param("page"))
    )
    waiting: referrals.ListReferralsResponse = await ctx.call(
        services.referrals.ListReferrals,
        referrals.ListReferralsRequest(side=referrals.REFERRAL_SIDE_CO_OP, open=True, page_size=_SHOWN),
    )
    return ctx.render(
        "partners/office",
        partners=[partner_view(ctx, partner, OFFICE_PATH) for partner in found.partners],
        waiting=[referral_view(ctx, referral, REFERRALS_PATH) for referral in waiting.referrals],
        all_waiting=f"{REFERRALS_PATH}?open=yes" if waiting.next_page_token else "",
        more=ctx.next_page(found.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") == "ended" else "",
    )


async def _show_referrals(ctx: PageContext) -> Response:
    is_open = ctx.query_param("open") == "yes"
    request = referrals.ListReferralsRequest(
        side=referrals.REFERRAL_SIDE_CO_OP, open=is_open, page_size=_SHOWN, page_token=ctx.query_param("page")
    )
    found: referrals.ListReferralsResponse = await ctx.call(ctx.state.services.referrals.ListReferrals, request)
    return ctx.render(
        "partners/office_referrals",
        referrals=[referral_view(ctx, referral, REFERRALS_PATH) for referral in found.referrals],
        more=ctx.next_page(found.next_page_token),
    )


async def _write_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    kinds = choices(ctx, "partner_kind", list(PartnerKind))
    if "partner" not in ctx.request.path_params:
        return {"kinds": kinds, "back": OFFICE_PATH, "is_new": True}
    written = (await fetch_partner(ctx)).partner
    kind = known_word(pb.PartnerKind, PartnerKind, written.kind, PartnerKind.OTHER)
    shown = {"title": fields["title"] or written.title, "kind": fields["kind"] or kind.value}
    back = f"{OFFICE_PATH}/{written.partner_id}"
    return {"kinds": kinds, "back": back, "is_new": False, "fields": shown}


async def _write(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.WritePartnerRequest(
        request_id=request_id,
        partner_id=str(ctx.request.path_params.get("partner", "")),
        title=fields["title"],
        kind=chosen(pb.PartnerKind, PartnerKind, fields["kind"]),
    )
    written: pb.WritePartnerResponse = await ctx.call(ctx.state.services.partners.WritePartner, request)
    return f"{OFFICE_PATH}/{written.partner_id}?done=written"


async def _place_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    title = (await fetch_partner(ctx)).partner.title
    return {
        **await choice_values(ctx, fields),
        "heading": ctx.say("partners.place_title", partner=title),
        "text": "partners.place_text",
        "button": ctx.say("partners.place_do"),
    }


async def _give_place(ctx: PageContext, fields: Fields, request_id: str) -> str:
    person, partner = await chosen_person(ctx, fields), ctx.path_param("partner")
    request = pb.GivePartnerPlaceRequest(request_id=request_id, partner_id=partner, person_id=person)
    await ctx.call(ctx.state.services.partners.GivePartnerPlace, request)
    return f"{OFFICE_PATH}/{partner}?done=place"


async def fetch_partner(ctx: PageContext) -> pb.GetPartnerResponse:
    """The partner of the path."""
    request = pb.GetPartnerRequest(partner_id=ctx.path_param("partner"))
    found: pb.GetPartnerResponse = await ctx.call(ctx.state.services.partners.GetPartner, request)
    return found


async def _subject(ctx: PageContext) -> ActionSubject:
    return ActionSubject((await fetch_partner(ctx)).partner.title, f"{OFFICE_PATH}/{ctx.path_param('partner')}")


async def _end(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    request = pb.EndPartnerRequest(request_id=form.request_id, partner_id=ctx.path_param("partner"))
    await ctx.call(ctx.state.services.partners.EndPartner, request)
    return ctx.redirect(f"{OFFICE_PATH}?done=ended")


_WRITTEN = ("title", "kind")
WRITE = FormPage(
    "partner-write", "partners/write", _write_values, _write, fields=_WRITTEN, input_by_field={name: name for name in _WRITTEN}
)
PLACE = FormPage(
    "partner-place",
    "partners/choose_person",
    _place_values,
    _give_place,
    fields=FIELDS,
    input_by_field={name: name for name in FIELDS} | {"name": "full_name"},
)
END = ConfirmedAction("end_partner", _subject, _end, needs_decision=False)
PAGES = (
    Page(OFFICE_PATH, _show, access=Access.SECRETARY),
    Page(REFERRALS_PATH, _show_referrals, access=Access.SECRETARY),
    form_page(f"{OFFICE_PATH}/new", WRITE),
    form_page(f"{OFFICE_PATH}/{{partner:uuid}}/name", WRITE),
    form_page(f"{OFFICE_PATH}/{{partner:uuid}}/person", PLACE),
    confirmation_page(f"{OFFICE_PATH}/{{partner:uuid}}/end", END),
)
