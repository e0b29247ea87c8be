"""One's own as a neighbour: posts, whom one is getting to know, with whom one is a pair, and whom one does not want to see for now.

Each sees their own answers and the steps that both have taken. A no of the other shows nowhere, as silence does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import peer_posts_pb2 as posts
from kith.matching.v1 import peers_pb2 as pb
from kith.matching.v1.enums import IntroductionStep, NoKind
from libs.refusals import NotFound
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.neighbours.board import PATH
from services.web.pages.neighbours.post_views import chosen, post_view

OWN_PATH = f"{PATH}/mine"
CHANGE = "neighbour"
_WAITING = (IntroductionStep.INTEREST, IntroductionStep.MEETING)
_DONE = ("yes", "paired", "no", "block", "lift", "written", "withdrawn", "ended")


@dataclass(frozen=True)
class MeetingView:
    """Somebody whom one is getting to know."""

    person_id: str
    name: str
    step: str
    says: Markup
    yes: Markup
    """The button's words."""
    said_yes: bool
    asked: bool
    until: str


@dataclass(frozen=True)
class PairView:
    """Somebody with whom one is a pair; `talk` is the Link's wish in words, or empty."""

    id: str
    name: str
    since: str
    talk: Markup | str


@dataclass(frozen=True)
class NotNowView:
    """Somebody whom one does not want to see, or with whom it came to nothing."""

    person_id: str
    name: str
    says: Markup
    is_blocked: bool


async def show(ctx: PageContext) -> Response:
    """All of one's own."""
    services = ctx.state.services
    own: posts.GetPeerPostsResponse = await ctx.call(services.peer_posts.GetPeerPosts, posts.GetPeerPostsRequest())
    found: pb.GetPeersResponse = await ctx.call(services.peers.GetPeers, pb.GetPeersRequest())
    named = [row.person_id for rows in (found.introductions, found.not_now, found.pairs) for row in rows]
    named += [pair.talk_asked_by for pair in found.pairs]
    names = {person: name.full for person, name in (await ctx.person_names(named)).items()}
    return ctx.render(
        "neighbours/own",
        posts=[post_view(ctx, post) for post in own.posts],
        meetings=[view for row in found.introductions for view in _meeting(ctx, row, names[row.person_id])],
        pairs=[_pair(ctx, row, names) for row in found.pairs],
        not_now=[_not_now(ctx, row, names[row.person_id]) for row in found.not_now],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Answer a step, say whom one wants to see, or take a post down."""
    did, person, request_id = form.text("do"), form.text("person"), form.request_id
    peers = ctx.state.services.peers
    if did == "yes":
        step = chosen(introductions.IntroductionStep, IntroductionStep, form.text("step"))
        request = pb.SayPeerYesRequest(request_id=request_id, person_id=person, step=step)
        answered: pb.SayPeerYesResponse = await ctx.call(peers.SayPeerYes, request)
        did = "paired" if answered.step == introductions.INTRODUCTION_STEP_PAIRED else "yes"
    elif did in {"no", "block"}:
        await ctx.call(peers.SayPeerNo, pb.SayPeerNoRequest(request_id=request_id, person_id=person, block=did == "block"))
    elif did == "lift":
        await ctx.call(peers.LiftPeerNo, pb.LiftPeerNoRequest(request_id=request_id, person_id=person))
    elif did == "withdrawn":
        withdrawn = posts.WithdrawPeerPostRequest(request_id=request_id, post_id=form.text("post"))
        await ctx.call(ctx.state.services.peer_posts.WithdrawPeerPost, withdrawn)
    return ctx.redirect(f"{OWN_PATH}?done={did}" if did in _DONE else OWN_PATH)


def _meeting(ctx: PageContext, row: pb.PeerIntroduction, name: str) -> Sequence[MeetingView]:
    """Nothing for a step that waits for nobody, or that only a newer version knows."""
    step = known_word(introductions.IntroductionStep, IntroductionStep, row.step, None)
    if step not in _WAITING:
        return ()
    says, yes = ctx.say(f"neighbour_step.{step}", name=name), ctx.say(f"neighbour_yes.{step}")
    until = ctx.format_moment(utc_datetime(row.until)) if row.HasField("until") else ""
    return (MeetingView(row.person_id, name, step.value, says, yes, row.said_yes, row.asked, until),)


def _pair(ctx: PageContext, row: pb.OwnPeerPair, names: dict[str, str]) -> PairView:
    talk: Markup | str = ""
    if row.HasField("talk_asked_at"):
        when = ctx.format_moment(utc_datetime(row.talk_asked_at))
        talk = ctx.say("neighbours.talk_asked", name=names[row.talk_asked_by], when=when)
    return PairView(row.pair_id, names[row.person_id], ctx.format_moment(utc_datetime(row.paired_at)), talk)


def _not_now(ctx: PageContext, row: pb.PeerNotNow, name: str) -> NotNowView:
    kind = known_word(introductions.NoKind, NoKind, row.kind, NoKind.NO)
    says = ctx.say(f"neighbour_not_now.{kind}", when=ctx.format_moment(utc_datetime(row.at)))
    return NotNowView(row.person_id, name, says, kind is NoKind.BLOCK)


async def _own_pair(ctx: PageContext) -> ActionSubject:
    found: pb.GetPeersResponse = await ctx.call(ctx.state.services.peers.GetPeers, pb.GetPeersRequest())
    other = {pair.pair_id: pair.person_id for pair in found.pairs}.get(ctx.path_param("pair"))
    if other is None:
        raise NotFound("PEER_PAIR_UNKNOWN")
    return ActionSubject((await ctx.person_names([other]))[other].full, OWN_PATH)


async def _end(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    request = pb.EndPeerPairRequest(request_id=form.request_id, pair_id=ctx.path_param("pair"))
    await ctx.call(ctx.state.services.peers.EndPeerPair, request)
    return ctx.redirect(f"{OWN_PATH}?done=ended")


PAGE = Page(OWN_PATH, show, change, CHANGE)
END = ConfirmedAction("end_neighbour_pair", _own_pair, _end, Access.MEMBER, needs_decision=False)
END_PAGE = confirmation_page(f"{PATH}/pairs/{{pair:uuid}}/end", END)
