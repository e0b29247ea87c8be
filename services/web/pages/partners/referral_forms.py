"""Forms of referrals: refer somebody in, ask a partner, put a referral to a person, say why not, say what came of it."""

from collections.abc import Mapping

from kith.matching.v1 import partners_pb2 as partners
from kith.matching.v1 import referrals_pb2 as pb
from kith.matching.v1.enums import ReferralOutcome
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require
from services.web.pages.neighbours.post_views import chosen
from services.web.pages.partners.choose_person import FIELDS, choice_values, chosen_person
from services.web.pages.partners.office import fetch_partner
from services.web.pages.partners.partner_views import OWN_PATH
from services.web.pages.partners.referral_views import OFFICE_PATH, PATH

_LONG_BODY = 32 * 1024
"""2,920 letters, nine bytes each once they are in a form."""
_PARTNERS = 200
_WORDS = ("who", "reach", "words")


async def _in_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    shown = {**fields, "agreed_on": fields["agreed_on"] or ctx.local_day().isoformat()}
    return {
        "title": (await fetch_partner(ctx)).partner.title,
        "back": ctx.request_path.rpartition("/")[0],
        "days": ctx.day_choices(0),
        "fields": shown,
    }


async def _refer_in(ctx: PageContext, fields: Fields, request_id: str) -> str:
    partner = ctx.path_param("partner")
    typed = {name: fields[name] for name in _AGREED}
    await ctx.call(ctx.state.services.referrals.ReferIn, pb.ReferInRequest(request_id=request_id, partner_id=partner, **typed))
    return f"{OWN_PATH}/{partner}?done=referred"


async def _out_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    request = partners.ListPartnersRequest(page_size=_PARTNERS)
    found: partners.ListPartnersResponse = await ctx.call(ctx.state.services.partners.ListPartners, request)
    names = await ctx.person_names([ctx.subject_id])
    return {
        "partners": [{"value": one.partner_id, "text": one.title, "hint": ""} for one in found.partners if not one.ended],
        "fields": {**fields, "who": fields["who"] or names[ctx.subject_id].full},
    }


async def _refer_out(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["partner_id"] else [ctx.form_problem("partner_id", "referrals.partner_missing")])
    typed = {name: fields[name] for name in ("partner_id", *_WORDS)}
    request = pb.ReferOutRequest(request_id=request_id, person_id=ctx.subject_id, **typed)
    await ctx.call(ctx.state.services.referrals.ReferOut, request)
    return f"{PATH}?done=sent"


async def _put_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    referral = (await fetch_referral(ctx)).referral
    return {
        **await choice_values(ctx, fields),
        "heading": ctx.say("referrals.put_title", name=referral.who),
        "text": "referrals.put_text",
        "button": ctx.say("referrals.put_do"),
    }


async def _put(ctx: PageContext, fields: Fields, request_id: str) -> str:
    person, referral = await chosen_person(ctx, fields), ctx.path_param("referral")
    request = pb.PutReferralRequest(request_id=request_id, referral_id=referral, person_id=person)
    await ctx.call(ctx.state.services.referrals.PutReferral, request)
    return f"{OFFICE_PATH}/{referral}?done=put"


async def _answer_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    who = (await fetch_referral(ctx)).referral.who
    return {
        "who": who,
        "back": ctx.request_path.rpartition("/")[0],
        "outcomes": choices(ctx, "referral_outcome", list(ReferralOutcome)),
    }


async def _decline(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.AnswerReferralRequest(request_id=request_id, referral_id=ctx.path_param("referral"), reason=fields["reason"])
    await ctx.call(ctx.state.services.referrals.AnswerReferral, request)
    return f"{ctx.request_path.rpartition('/')[0]}?done=declined"


async def _close(ctx: PageContext, fields: Fields, request_id: str) -> str:
    outcome = chosen(pb.ReferralOutcome, ReferralOutcome, fields["outcome"])
    request = pb.CloseReferralRequest(request_id=request_id, referral_id=ctx.path_param("referral"), outcome=outcome, words=fields["words"])
    await ctx.call(ctx.state.services.referrals.CloseReferral, request)
    return f"{ctx.request_path.rpartition('/')[0]}?done=closed"


async def fetch_referral(ctx: PageContext) -> pb.GetReferralResponse:
    """The referral of the path, as this side sees it."""
    request = pb.GetReferralRequest(referral_id=ctx.path_param("referral"))
    found: pb.GetReferralResponse = await ctx.call(ctx.state.services.referrals.GetReferral, request)
    return found


_AGREED = (*_WORDS, "agreed_how", "agreed_on")
_OUT = ("partner_id", *_WORDS)
REFER_IN = FormPage(
    "refer-in",
    "partners/refer_in",
    _in_values,
    _refer_in,
    fields=_AGREED,
    input_by_field={name: name for name in _AGREED},
    max_body=_LONG_BODY,
)
REFER_OUT = FormPage(
    "refer-out",
    "partners/refer_out",
    _out_values,
    _refer_out,
    fields=_OUT,
    input_by_field={name: name for name in _OUT},
    max_body=_LONG_BODY,
)
PUT = FormPage(
    "referral-put",
    "partners/choose_person",
    _put_values,
    _put,
    fields=FIELDS,
    input_by_field={name: name for name in FIELDS} | {"name": "full_name"},
)
DECLINE = FormPage(
    "referral-decline",
    "partners/decline",
    _answer_values,
    _decline,
    fields=("reason",),
    input_by_field={"reason": "reason"},
    max_body=_LONG_BODY,
)
CLOSE = FormPage(
    "referral-close",
    "partners/close",
    _answer_values,
    _close,
    fields=("outcome", "words"),
    input_by_field={"outcome": "outcome", "words": "words"},
    max_body=_LONG_BODY,
)
PAGES = (
    form_page(f"{OWN_PATH}/{{partner:uuid}}/refer", REFER_IN, Access.MEMBER),
    form_page(f"{PATH}/new", REFER_OUT, Access.MEMBER, acting=True),
    form_page(f"{OFFICE_PATH}/{{referral:uuid}}/person", PUT),
    form_page(f"{OFFICE_PATH}/{{referral:uuid}}/decline", DECLINE),
    form_page(f"{OFFICE_PATH}/{{referral:uuid}}/close", CLOSE),
    form_page(f"{PATH}/{{referral:uuid}}/decline", DECLINE, Access.MEMBER),
    form_page(f"{PATH}/{{referral:uuid}}/close", CLOSE, Access.MEMBER),
)
