"""What somebody in another co-op looks for, for a member who fits: they may say that they would like to be put in touch."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from kith.matching.v1 import asks_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.asks import ask_words
from services.web.pages.co_ops.peer_view import PeerView
from services.web.pages.qualification_view import KindsOfRulebook, fetch_kinds

PATH = "/people/asked"
CHANGE = "asked"
_DONE = ("replied", "taken-back")


@dataclass(frozen=True)
class AskView:
    """One ask in words."""

    id: str
    co_op_id: str
    co_op: str
    blocks: str
    languages: str
    skills: str
    about_km: int
    until: str


@dataclass(frozen=True)
class ReplyView:
    """One's own reply; `contact` is whom to ring, once both agreed."""

    id: str
    co_op: str
    when: str
    reference: str
    contact: str


async def show(ctx: PageContext) -> Response:
    """What one fits, and one's own replies."""
    found: pb.FindAsksResponse = await ctx.call(ctx.state.services.asks.FindAsks, pb.FindAsksRequest())
    peers, kinds = await ask_words.peers_by_id(ctx), await fetch_kinds(ctx)
    return ctx.render(
        "asks/asked",
        asks=[_view(ctx, one, peers, kinds) for one in found.asks],
        replies=[_reply(ctx, one, peers) for one in found.replies],
        has_offer=found.has_offer,
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Say that one would like to be put in touch, or no longer."""
    services = ctx.state.services.asks
    if form.text("do") == "taken-back":
        await ctx.call(services.TakeBackReply, pb.TakeBackReplyRequest(request_id=form.request_id, reply_id=form.text("reply")))
        return ctx.redirect(f"{PATH}?done=taken-back")
    request = pb.ReplyToAskRequest(request_id=form.request_id, co_op=form.text("co_op"), ask_id=form.text("ask"))
    await ctx.call(services.ReplyToAsk, request)
    return ctx.redirect(f"{PATH}?done=replied")


def _view(ctx: PageContext, one: pb.FittingAsk, peers: Mapping[str, PeerView], kinds: KindsOfRulebook) -> AskView:
    return AskView(
        one.ask_id,
        one.co_op,
        ask_words.co_op_name(peers, one.co_op),
        ask_words.blocks_in_words(ctx, one.blocks),
        ask_words.languages_in_words(ctx, one.languages),
        ask_words.skills_in_words(kinds, one.skills),
        one.about_km,
        ctx.format_moment(utc_datetime(one.until)),
    )


def _reply(ctx: PageContext, one: pb.OwnReply, peers: Mapping[str, PeerView]) -> ReplyView:
    when = ctx.format_moment(utc_datetime(one.replied_at))
    contact = ask_words.contact_in_words(ctx, peers, one.co_op)
    return ReplyView(one.reply_id, ask_words.co_op_name(peers, one.co_op), when, one.reference, contact)


PAGE = Page(PATH, show, change, CHANGE)
