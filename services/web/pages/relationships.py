"""The person's own relationships: who may act for them, and for whom they may act; give, accept and end."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.identity.v1 import relationships_pb2 as pb
from kith.identity.v1.enums import ActingScope, RelationshipKind
from libs.rpc import enums
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, require
from services.web.pages.relationship_views import CHOSEN_KINDS, relationship_views

CHANGE = "people-change"
SCOPE = "scope-"
_LISTED = 100
_DONE = ("given", "accepted", "ended")


async def show(ctx: PageContext) -> Response:
    """Both directions, the latest first; with `?ended=yes` those that have ended too."""
    ended_too = ctx.query_param("ended") == "yes"
    request = pb.ListRelationshipsRequest(page_size=_LISTED, page_token=ctx.query_param("page"), ended_too=ended_too)
    response: pb.ListRelationshipsResponse = await ctx.call(ctx.state.services.relationships.ListRelationships, request)
    views = await relationship_views(ctx, response.relationships)
    return ctx.render(
        "people",
        for_me=[view for view in views if view.subject_id == ctx.person_id],
        for_others=[view for view in views if view.subject_id != ctx.person_id],
        ended_too=ended_too,
        more=ctx.next_page(response.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Accept what somebody has proposed, or end a relationship."""
    services = ctx.state.services.relationships
    if accepted := form.text("accept"):
        await ctx.call(services.AcceptRelationship, pb.AcceptRelationshipRequest(request_id=form.request_id, relationship_id=accepted))
        if ctx.session is not None:
            ctx.state.access_tokens.forget(ctx.session)
        return ctx.redirect("/you/people?done=accepted")
    if ended := form.text("end"):
        await ctx.call(services.EndRelationship, pb.EndRelationshipRequest(request_id=form.request_id, relationship_id=ended))
        if ctx.session is not None:
            ctx.state.access_tokens.forget(ctx.session)
        return ctx.redirect("/you/people?done=ended")
    return ctx.redirect(ctx.request_path)


def scope_choices(ctx: PageContext, fields: Fields, *, consent: bool) -> list[dict[str, object]]:
    """The scopes as boxes to tick."""
    return [
        {
            "name": f"{SCOPE}{scope.value}",
            "text": ctx.say(f"scope.{scope.value}"),
            "hint": ctx.say(f"scope.{scope.value}_hint"),
            "checked": bool(fields.get(f"{SCOPE}{scope.value}")),
        }
        for scope in ActingScope
        if consent or scope is not ActingScope.CONSENT
    ]


def chosen_scopes(fields: Fields) -> "list[pb.ActingScope.ValueType]":
    return [enums.to_wire(pb.ActingScope, scope) for scope in ActingScope if fields.get(f"{SCOPE}{scope.value}")]


def kind_of(ctx: PageContext, fields: Fields, allowed: tuple[str, ...]) -> "pb.RelationshipKind.ValueType":
    """Raises InvalidFormError where none of them is chosen."""
    require([] if fields["kind"] in allowed else [ctx.form_problem("kind", "people.kind_missing")])
    kind: pb.RelationshipKind.ValueType = enums.to_wire(pb.RelationshipKind, RelationshipKind(fields["kind"]))
    return kind


async def _give_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    return {"kinds": choices(ctx, "people_pick", CHOSEN_KINDS), "scopes": scope_choices(ctx, fields, consent=False)}


async def _give(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.ProposeRelationshipRequest(
        request_id=request_id,
        holder_name=fields["holder_name"],
        kind=kind_of(ctx, fields, CHOSEN_KINDS),
        scopes=chosen_scopes(fields),
        until_day=fields["until_day"],
    )
    await ctx.call(ctx.state.services.relationships.ProposeRelationship, request)
    return "/you/people?done=given"


GIVE = FormPage(
    "people-give",
    "people_give",
    _give_values,
    _give,
    fields=("holder_name", "kind", "until_day"),
    prefixes=(SCOPE,),
    input_by_field={"holder_name": "holder_name", "holder_id": "holder_name", "kind": "kind", "scopes": "scopes", "until_day": "until_day"},
)
