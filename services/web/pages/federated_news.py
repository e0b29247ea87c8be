"""News entries about federated votes and about peers."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kith.federation.v1 import federation_pb2 as fed
from services.web.localisation.catalogue import Sentence
from services.web.page_context import PageContext
from services.web.pages.co_ops.peer_view import PeerView
from services.web.pages.co_ops.peer_view import peer_view as co_op_view
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote, vote_view
from services.web.pages.motion_view import StatusLabel
from services.web.storage.news import NewsItem


@dataclass(frozen=True)
class NewsEntry:
    """A news item as a page shows it."""

    status: StatusLabel
    title: str
    lines: list[Sentence]
    at: datetime
    path: str
    link: Markup


_LINKS = {
    "between_final": ("/result", "home.see_result"),
    "between_contested": ("/dispute", "vote.see_dispute"),
    "between_disputed": ("/dispute", "vote.see_dispute"),
}


async def fetch_vote_view(ctx: PageContext, vote_id: str) -> VoteView:
    """The vote that the news is about."""
    return vote_view(ctx, await fetch_vote(ctx, vote_id))


async def fetch_peer(ctx: PageContext, co_op: str) -> PeerView:
    """The co-op that the news is about."""
    response: fed.GetPeerResponse = await ctx.call(ctx.state.services.federation.GetPeer, fed.GetPeerRequest(peer=co_op))
    return co_op_view(ctx, response.peer)


def vote_entry(ctx: PageContext, item: NewsItem, vote: VoteView) -> NewsEntry | None:
    """The entry about a federated vote. Only people whose own ballot was lost see that ballots were lost."""
    if item.kind == "between_lost" and not vote.must_vote_again:
        return None
    lines = ctx.catalogue.sentences(
        f"news.{item.kind}", opens=ctx.format_moment(vote.open_latest), closes=ctx.format_moment(vote.closes_at)
    )
    path, link = _LINKS.get(item.kind, ("", "news.opened_link"))
    return NewsEntry(vote.status, vote.title, lines, item.at, f"{vote.path}{path}", ctx.say(link))


def peer_entry(ctx: PageContext, item: NewsItem, co_op: PeerView) -> NewsEntry:
    """The entry about a peer, for the secretary."""
    lines = ctx.catalogue.sentences(f"news.{item.kind}", name=co_op.name)
    return NewsEntry(co_op.status, co_op.name, lines, item.at, co_op.path, ctx.say("news.peer_link"))
