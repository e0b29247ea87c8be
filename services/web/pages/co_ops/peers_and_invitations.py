"""The list of peers, and adding one: our invitation to give away, theirs to accept."""

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.co_ops.peer_view import fetch_own_identity, list_peers, peer_view

ACCEPT = "co-op-accept"


async def show(ctx: PageContext) -> Response:
    """The list of peers for every member, and whether each can be reached."""
    views = [peer_view(ctx, peer) for peer in await list_peers(ctx)]
    secretary = bool(ctx.session and ctx.session.wears("secretary"))
    return ctx.render("co_ops/all", co_ops=views, us=await fetch_own_identity(ctx), secretary=secretary)


async def show_invite(ctx: PageContext) -> Response:
    """Our invitation, to copy or to download, and what to do with it."""
    return ctx.render("co_ops/invite", invitation=await _fetch_invitation(ctx))


async def download_invitation(ctx: PageContext) -> Response:
    """Our invitation as a file."""
    ours = await fetch_own_identity(ctx)
    return ctx.file_response((await _fetch_invitation(ctx)).encode(), f"invitation-{ours.co_op}.txt", "text/plain; charset=utf-8")


async def show_accept(ctx: PageContext) -> Response:
    """The form for the other co-op's invitation: paste it, or choose the file."""
    return _accept_page(ctx, "", [])


async def accept(ctx: PageContext, form: Form) -> Response:
    """Accept the other co-op's invitation, which does not agree to anything yet."""
    text = form.text("invitation") or form.text("file")
    if not text:
        return _accept_page(ctx, "", [ctx.form_problem("invitation", "accept.missing")], 422)
    request = pb.AcceptPeerRequest(request_id=form.request_id, invitation=text)
    try:
        response: pb.AcceptPeerResponse = await ctx.call(ctx.state.services.federation.AcceptPeer, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        problems = [FormProblem("invitation", problem.text) for problem in ctx.form_problems(refusal)]
        return _accept_page(ctx, text, problems, 422)
    return ctx.redirect(f"/co-ops/{response.peer.co_op}")


def _accept_page(ctx: PageContext, text: str, problems: list[FormProblem], code: int = 200) -> Response:
    return ctx.render("co_ops/accept", code, problems=problems, text=text, form=ACCEPT)


async def _fetch_invitation(ctx: PageContext) -> str:
    response: pb.InvitePeerResponse = await ctx.call(ctx.state.services.federation.InvitePeer, pb.InvitePeerRequest())
    return response.invitation
