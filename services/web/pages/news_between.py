"""News of votes with other co-ops, and of the other co-ops themselves, in words."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kith.federation.v1 import federation_pb2 as fed
from services.web.news import Happened
from services.web.pages.co_ops.view import CoOpView
from services.web.pages.co_ops.view import view as co_op_view
from services.web.pages.motion_view import Status
from services.web.pages.votes.view import VoteView, fetched, view
from services.web.visit import Visit
from services.web.words.catalogue import Line


@dataclass(frozen=True)
class Told:
    """One piece of news as a page shows it."""

    status: Status
    title: str
    lines: list[Line]
    at: datetime
    path: str
    link: Markup


_PAGES = {
    "between_final": ("/result", "home.see_result"),
    "between_contested": ("/dispute", "vote.see_dispute"),
    "between_disputed": ("/dispute", "vote.see_dispute"),
}


async def about(visit: Visit, vote_id: str) -> VoteView:
    """The vote that the news is about."""
    return view(visit, await fetched(visit, vote_id))


async def peer(visit: Visit, co_op: str) -> CoOpView:
    """The co-op that the news is about."""
    answer: fed.GetPeerResponse = await visit.ask(visit.front.services.federation.GetPeer, fed.GetPeerRequest(peer=co_op))
    return co_op_view(visit, answer.peer)


def told(visit: Visit, one: Happened, vote: VoteView) -> Told | None:
    """In words. That ballots were lost is told to those whose own it was."""
    if one.kind == "between_lost" and not vote.again:
        return None
    lines = visit.words.lines(f"news.{one.kind}", opens=visit.moment(vote.open_latest), closes=visit.moment(vote.closes_at))
    path, link = _PAGES.get(one.kind, ("", "news.opened_link"))
    return Told(vote.status, vote.title, lines, one.at, f"{vote.path}{path}", visit.say(link))


def told_of_peer(visit: Visit, one: Happened, co_op: CoOpView) -> Told:
    """In words, for the secretary."""
    lines = visit.words.lines(f"news.{one.kind}", name=co_op.name)
    return Told(co_op.status, co_op.name, lines, one.at, co_op.path, visit.say("news.peer_link"))
