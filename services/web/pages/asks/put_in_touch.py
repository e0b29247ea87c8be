"""Whom the Link puts in touch with somebody of another co-op: both sides have agreed, and neither co-op told the other who."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import asks_pb2 as pb
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.asks import ask_words
from services.web.pages.co_ops.peer_view import PeerView
from services.web.pages.rulebook_lookup import link_hat

PATH = "/people/put-in-touch"


@dataclass(frozen=True)
class AgreedView:
    """One of our people, the reference, and whom to ring."""

    reference: str
    name: str
    says: Markup
    contact: str
    when: str


async def show(ctx: PageContext) -> Response:
    """The newest first."""
    request = pb.GetAgreedRepliesRequest()
    found: pb.GetAgreedRepliesResponse = await ctx.call(ctx.state.services.asks.GetAgreedReplies, request, await link_hat(ctx))
    peers = await ask_words.peers_by_id(ctx)
    names = await ctx.person_names(one.person_id for one in found.replies)
    return ctx.render("asks/put_in_touch", agreed=[_view(ctx, one, peers, names[one.person_id].full) for one in found.replies])


def _view(ctx: PageContext, one: pb.AgreedReply, peers: Mapping[str, PeerView], name: str) -> AgreedView:
    co_op = ask_words.co_op_name(peers, one.co_op)
    says = ctx.say("put_in_touch.asked" if one.asked else "put_in_touch.replied", name=name, co_op=co_op)
    contact = ask_words.contact_in_words(ctx, peers, one.co_op)
    return AgreedView(one.reference, name, says, contact, ctx.format_moment(utc_datetime(one.agreed_at)))


PAGE = Page(PATH, show)
"""For who wears the hat that the rulebook names."""
