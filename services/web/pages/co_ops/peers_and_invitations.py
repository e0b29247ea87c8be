"""The list of peers, and adding one: our invitation to give away, theirs to accept."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as pb
from services.web.page_context import PageContext
from services.web.pages.co_ops.peer_view import fetch_own_identity, list_peers, peer_view
from services.web.pages.form_page import Fields, FormPage, require


async def show(ctx: PageContext) -> Response:
    """The list of peers for every member, and whether each can be reached."""
    views = [peer_view(ctx, peer) for peer in await list_peers(ctx)]
    secretary = ctx.has_hat("secretary")
    return ctx.render("co_ops/all", co_ops=views, us=await fetch_own_identity(ctx), secretary=secretary)


async def show_invite(ctx: PageContext) -> Response:
    """Our invitation, to copy or to download, and what to do with it."""
    return ctx.render("co_ops/invite", invitation=await _fetch_invitation(ctx))


async def download_invitation(ctx: PageContext) -> Response:
    """Our invitation as a file."""
    ours = await fetch_own_identity(ctx)
    return ctx.file_response((await _fetch_invitation(ctx)).encode(), f"invitation-{ours.co_op}.txt", "text/plain; charset=utf-8")


async def _fetch_invitation(ctx: PageContext) -> str:
    response: pb.InvitePeerResponse = await ctx.call(ctx.state.services.federation.InvitePeer, pb.InvitePeerRequest())
    return response.invitation


async def _accept_values(_ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    return {"text": fields["invitation"] or fields["file"]}


async def _accept(ctx: PageContext, fields: Fields, request_id: str) -> str:
    """Accept the other co-op's invitation, which does not agree to anything yet."""
    text = fields["invitation"] or fields["file"]
    require([] if text else [ctx.form_problem("invitation", "accept.missing")])
    request = pb.AcceptPeerRequest(request_id=request_id, invitation=text)
    response: pb.AcceptPeerResponse = await ctx.call(ctx.state.services.federation.AcceptPeer, request)
    return f"/co-ops/{response.peer.co_op}"


ACCEPT = FormPage("co-op-accept", "co_ops/accept", _accept_values, _accept, fields=("invitation", "file"), whole_form_input="invitation")
"""The other co-op's invitation: paste it, or choose the file."""
