"""Holds: nothing about a person is erased or disposed of until a secretary ends it."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.identity.v1 import data_requests_pb2 as pb
from kith.identity.v1.enums import HoldKind
from libs.rpc.enums import known_word, to_wire
from services.web.http.forms import Form
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.form_page import Fields, FormPage, RedirectToPage
from services.web.pages.paging import fetch_all

RELEASE = "hold-release"
_LISTED = 50


async def show(ctx: PageContext) -> Response:
    """All that are in force, the first to look at first."""
    request = pb.ListHoldsRequest(page_size=_LISTED, page_token=ctx.query_param("page"))
    response: pb.ListHoldsResponse = await ctx.call(ctx.state.services.data_requests.ListHolds, request)
    names = await ctx.person_names(person for hold in response.holds for person in (hold.person_id, hold.placed_by) if ":" not in person)
    holds = [
        {
            "id": hold.hold_id,
            "name": names[hold.person_id].full,
            "by": ctx.say("readers.kith") if ":" in hold.placed_by else names[hold.placed_by].full,
            "shown": hold.shown,
            **in_words(ctx, hold),
        }
        for hold in response.holds
    ]
    return ctx.render("erasure/holds", holds=holds, done=ctx.query_param("done"), more=ctx.next_page(response.next_page_token))


async def _show_review(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    wanted = ctx.path_param("hold")
    method = ctx.state.services.data_requests.ListHolds
    for hold in await fetch_all(ctx, method, pb.ListHoldsRequest(), lambda response: response.holds):
        if hold.hold_id == wanted:
            return {
                "name": (await ctx.person_names([hold.person_id]))[hold.person_id].full,
                **in_words(ctx, hold),
            }
    raise RedirectToPage("/holds")


async def _review(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.ReviewHoldRequest(request_id=request_id, hold_id=ctx.path_param("hold"), review_day=fields["review_day"])
    await ctx.call(ctx.state.services.data_requests.ReviewHold, request)
    return "/holds?done=reviewed"


REVIEW = FormPage(
    "hold-review",
    "erasure/hold_review",
    _show_review,
    _review,
    fields=("review_day",),
    input_by_field={"review_day": "review_day"},
)


async def release(ctx: PageContext, form: Form) -> Response:
    """End one."""
    request = pb.ReleaseHoldRequest(request_id=form.request_id, hold_id=form.text("hold_id"))
    await ctx.call(ctx.state.services.data_requests.ReleaseHold, request)
    return ctx.redirect(f"{ctx.request_path}?done=ended")


async def own(ctx: PageContext) -> list[Mapping[str, object]]:
    """Those on the record of the person whom the page is about, as far as they may know of them, in words."""
    request = pb.ListHoldsRequest(person_id=ctx.subject_id)
    response: pb.ListHoldsResponse = await ctx.call(ctx.state.services.data_requests.ListHolds, request)
    return [in_words(ctx, hold) for hold in response.holds]


def in_words(ctx: PageContext, hold: pb.Hold) -> dict[str, object]:
    """Why, since when, and until when somebody looks again."""
    kind = known_word(pb.HoldKind, HoldKind, hold.kind, "")
    return {
        "kind": ctx.say(f"holds.kind_{kind}") if kind else "",
        "reason": hold.reason,
        "placed": ctx.format_moment(utc_datetime(hold.placed_at)),
        "review": ctx.format_day(hold.review_day),
    }


async def _show_form(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    person = ctx.path_param("person")
    kinds = [{"value": kind.value, "text": ctx.say(f"holds.kind_{kind}"), "hint": ""} for kind in HoldKind]
    return {"name": (await ctx.person_names([person]))[person].full, "kinds": kinds}


async def _place(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.PlaceHoldRequest(
        request_id=request_id,
        person_id=ctx.path_param("person"),
        kind=to_wire(pb.HoldKind, HoldKind(fields["kind"])) if fields["kind"] in set(HoldKind) else pb.HOLD_KIND_UNSPECIFIED,
        reason=fields["reason"],
        review_day=fields["review_day"],
    )
    await ctx.call(ctx.state.services.data_requests.PlaceHold, request)
    return "/holds?done=placed"


PLACE = FormPage(
    "hold-place",
    "erasure/hold",
    _show_form,
    _place,
    fields=("kind", "reason", "review_day"),
    input_by_field={"kind": "kind", "reason": "reason", "review_day": "review_day"},
)
