"""Evidence of attorneys and deputies that waits for a second look: for a scrutineer, who has seen the document too and confirms it."""

from starlette.responses import Response

from kith.identity.v1 import relationships_pb2 as pb
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.relationship_views import relationship_views

CONFIRM = "second-looks-confirm"
_LISTED = 50


async def show(ctx: PageContext) -> Response:
    """All that wait, also those that this scrutineer may not confirm. Reading them is audited."""
    request = pb.ListRelationshipsRequest(page_size=_LISTED, page_token=ctx.query_param("page"), unconfirmed=True)
    response: pb.ListRelationshipsResponse = await ctx.call(ctx.state.services.relationships.ListRelationships, request)
    return ctx.render(
        "second_looks",
        waiting=await relationship_views(ctx, response.relationships, for_office=True),
        more=ctx.next_page(response.next_page_token),
        done=ctx.query_param("done") == "confirmed",
    )


async def confirm(ctx: PageContext, form: Form) -> Response:
    """Confirm one: from now on its holder may act."""
    request = pb.ConfirmRelationshipRequest(request_id=form.request_id, relationship_id=form.text("confirm"))
    await ctx.call(ctx.state.services.relationships.ConfirmRelationship, request)
    return ctx.redirect(f"{ctx.request_path}?done=confirmed")
