"""The board of neighbours: what members offer each other and ask for, to search, and to say that one would like to meet."""

from starlette.responses import Response

from kith.matching.v1 import peer_posts_pb2 as pb
from kith.matching.v1 import peers_pb2 as peers
from kith.matching.v1.enums import PeerHelpKind, PeerPostSide
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext
from services.web.pages.form_page import choices
from services.web.pages.neighbours.post_views import chosen, post_view

PATH = "/people/neighbours"
ANSWER = "neighbour-answer"
_SHOWN = 20


async def show(ctx: PageContext) -> Response:
    """The posts of others that fit what was searched for, a page of them."""
    wanted = {name: ctx.query_param(name) for name in ("words", "side", "kind")}
    request = pb.FindPeerPostsRequest(
        words=wanted["words"],
        side=chosen(pb.PeerPostSide, PeerPostSide, wanted["side"]),
        kind=chosen(pb.PeerHelpKind, PeerHelpKind, wanted["kind"]),
        page_size=_SHOWN,
        page_token=ctx.query_param("page"),
    )
    found: pb.FindPeerPostsResponse = await ctx.call(ctx.state.services.peer_posts.FindPeerPosts, request)
    names = await ctx.person_names(post.person_id for post in found.posts)
    everything = {"value": "", "text": ctx.say("neighbours.any")}
    return ctx.render(
        "neighbours/board",
        posts=[post_view(ctx, post, names[post.person_id].full) for post in found.posts],
        wanted=wanted,
        sides=[everything, *choices(ctx, "neighbour_find", list(PeerPostSide))],
        kinds=[everything, *choices(ctx, "neighbour_kind", list(PeerHelpKind))],
        more=ctx.next_page(found.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") == "no" else "",
    )


async def answer(ctx: PageContext, form: Form) -> Response:
    """Say that one would like to meet who wrote a post, or that they are not for oneself."""
    services, person = ctx.state.services.peers, form.text("person")
    if form.text("do") == "no":
        await ctx.call(services.SayPeerNo, peers.SayPeerNoRequest(request_id=form.request_id, person_id=person))
        return ctx.redirect(f"{PATH}?done=no")
    await ctx.call(services.AnswerPeerPost, peers.AnswerPeerPostRequest(request_id=form.request_id, post_id=form.text("post")))
    return ctx.redirect(f"{PATH}/mine?done=yes")


PAGE = Page(PATH, show, answer, ANSWER)
