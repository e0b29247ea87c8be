"""A person's asks to other co-ops: what these answered, who of theirs would like to be put in touch, and how to withdraw one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import asks_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.asks import ask_words
from services.web.pages.co_ops.peer_view import PeerView
from services.web.pages.qualification_view import KindsOfRulebook, fetch_kinds

PATH = "/people/other-co-ops"
CHANGE = "co-op-ask"
_DONE = ("asked", "withdrawn", "yes", "no")


@dataclass(frozen=True)
class AnswerView:
    """What one co-op answered, in a sentence."""

    says: Markup


@dataclass(frozen=True)
class ReplyView:
    """Somebody of another co-op; `contact` is whom to ring, once both agreed."""

    id: str
    co_op: str
    reference: str
    contact: str


@dataclass(frozen=True)
class OwnAskView:
    """One ask in words."""

    id: str
    blocks: str
    languages: str
    skills: str
    district: str
    until: str
    is_open: bool
    answers: Sequence[AnswerView]
    replies: Sequence[ReplyView]


async def show(ctx: PageContext) -> Response:
    """The open ones, and those of which people are speaking."""
    found: pb.GetAsksResponse = await ctx.call(ctx.state.services.asks.GetAsks, pb.GetAsksRequest(person_id=ctx.subject_id))
    peers, kinds = await ask_words.peers_by_id(ctx), await fetch_kinds(ctx)
    return ctx.render(
        "asks/own",
        asks=[_view(ctx, one, peers, kinds) for one in found.asks],
        can_ask=any(peer.asks for peer in peers.values()),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Withdraw an ask, or say yes or no to a reply."""
    did, services = form.text("do"), ctx.state.services.asks
    if did == "withdrawn":
        await ctx.call(services.WithdrawAsk, pb.WithdrawAskRequest(request_id=form.request_id, ask_id=form.text("ask")))
    elif did in {"yes", "no"}:
        request = pb.AnswerAskReplyRequest(request_id=form.request_id, reply_id=form.text("reply"), yes=did == "yes")
        await ctx.call(services.AnswerAskReply, request)
    return ctx.redirect(f"{PATH}?done={did}" if did in _DONE else PATH)


def _view(ctx: PageContext, one: pb.OwnAsk, peers: Mapping[str, PeerView], kinds: KindsOfRulebook) -> OwnAskView:
    counts = {count.co_op: count.at_least for count in one.counts}
    return OwnAskView(
        one.ask_id,
        ask_words.blocks_in_words(ctx, one.words.blocks),
        ask_words.languages_in_words(ctx, one.words.languages),
        ask_words.skills_in_words(kinds, one.words.skills),
        one.words.district,
        ctx.format_moment(utc_datetime(one.until)),
        one.open,
        [AnswerView(_answer(ctx, ask_words.co_op_name(peers, co_op), counts.get(co_op))) for co_op in one.co_ops],
        [
            ReplyView(
                reply.reply_id,
                ask_words.co_op_name(peers, reply.co_op),
                reply.reference,
                ask_words.contact_in_words(ctx, peers, reply.co_op),
            )
            for reply in one.replies
        ],
    )


def _answer(ctx: PageContext, name: str, at_least: int | None) -> Markup:
    if at_least is None:
        return ctx.say("asks.no_answer", name=name)
    return ctx.say("asks.at_least", name=name, count=at_least) if at_least else ctx.say("asks.few", name=name)


PAGE = Page(PATH, show, change, CHANGE, acting=True)
