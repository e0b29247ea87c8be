"""The pairs of neighbours, for the Link: who, and since when. The Link approves nothing, and may ask both to talk to them first."""

from dataclasses import dataclass

from starlette.responses import Response

from kith.matching.v1 import peers_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.rulebook_lookup import link_hat

PATH = "/people/pairs"
TALK = "neighbour-talk"


@dataclass(frozen=True)
class WatchedPair:
    """Two names in the order of the alphabet; `talk_asked` is when both were asked to talk first, or empty."""

    id: str
    names: list[str]
    since: str
    talk_asked: str


async def show(ctx: PageContext) -> Response:
    """The newest pairs first."""
    request = pb.ListPeerPairsRequest(page_token=ctx.query_param("page"))
    found: pb.ListPeerPairsResponse = await ctx.call(ctx.state.services.peers.ListPeerPairs, request, await link_hat(ctx))
    names = {one: name.full for one, name in (await ctx.person_names(one for pair in found.pairs for one in pair.person_ids)).items()}
    return ctx.render(
        "neighbours/pairs_for_link",
        pairs=[_view(ctx, pair, names) for pair in found.pairs],
        more=ctx.next_page(found.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") == "asked" else "",
    )


async def ask_to_talk(ctx: PageContext, form: Form) -> Response:
    """Ask both of a pair to talk first."""
    request = pb.AskPeersToTalkRequest(request_id=form.request_id, pair_id=form.text("pair"))
    await ctx.call(ctx.state.services.peers.AskPeersToTalk, request, await link_hat(ctx))
    return ctx.redirect(f"{PATH}?done=asked")


def _view(ctx: PageContext, pair: pb.PeerPair, names: dict[str, str]) -> WatchedPair:
    asked = ctx.format_moment(utc_datetime(pair.talk_asked_at)) if pair.HasField("talk_asked_at") else ""
    since = ctx.format_moment(utc_datetime(pair.paired_at))
    return WatchedPair(pair.pair_id, sorted(names[one] for one in pair.person_ids), since, asked)


PAGE = Page(PATH, show, ask_to_talk, TALK)
"""For who wears the hat that the rulebook names."""
