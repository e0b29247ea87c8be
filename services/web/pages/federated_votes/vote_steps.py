"""The actions of the secretary and the scrutineers until a vote opens, each with a confirmation page."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, decision_number, rpc_action
from services.web.pages.federated_votes import current_voters
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote, fetch_vote_view, vote_view

_ROLL_DEADLINE_SECONDS = 60.0
"""Seconds: a roll of thousands takes longer than a click, and the page says so."""


@dataclass(frozen=True)
class NextStep:
    """The next step. `path` is empty where there is nothing to do but wait."""

    name: str
    path: str


_NEXT_BY_STATE = {
    "proposed": ("join", "/join"),
    "joined": ("freeze", "/freeze"),
    "roll_frozen": ("ready", "/ready"),
    "ready": ("others", ""),
    "open": ("open", "/record"),
    "closed": ("counting", ""),
    "final": ("final", ""),
    "disputed": ("disputed", ""),
    "withdrawn": ("withdrawn", ""),
    "void": ("void", ""),
    "annulled": ("annulled", ""),
}


_BEFORE_OPEN = {"proposed", "joined", "roll_frozen", "ready"}


def next_step(vote: VoteView, *, left: bool = False) -> NextStep:
    """The secretary's next step. Its message is `next.<name>`. `left`: a co-op withdrew, and the vote never opens."""
    if left and vote.state in _BEFORE_OPEN:
        return NextStep("left", "")
    if vote.observer:
        return NextStep("watch", f"{vote.path}/watch") if vote.state == "proposed" else NextStep("watching", "")
    if vote.state == "roll_frozen" and not vote.attested:
        return NextStep("scrutineers", "")
    if vote.state == "roll_frozen" and vote.ready_from:
        return NextStep("notice", "")
    name, path = _NEXT_BY_STATE[vote.state]
    return NextStep(name, vote.path + path if path else "")


def may_withdraw(vote: VoteView) -> bool:
    """Whether our co-op may still withdraw: until it has declared itself ready."""
    return vote.state in {"joined", "roll_frozen"} and not vote.observer


async def action_subject(ctx: PageContext) -> ActionSubject:
    """The vote as the subject of an action."""
    vote = vote_view(ctx, await fetch_vote(ctx, ctx.path_param("vote")))
    return ActionSubject(vote.title, vote.path)


async def _freeze(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    people = await current_voters.list_voters(ctx)
    request = pb.FreezeVoteRollRequest(request_id=form.request_id, vote_id=ctx.path_param("vote"), people=people)
    await ctx.call(ctx.state.services.votes.FreezeVoteRoll, request, seconds=_ROLL_DEADLINE_SECONDS)
    return _back_to_vote(ctx, "frozen")


async def _attest(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    people = await current_voters.list_voters(ctx)
    request = pb.AttestVoteRollRequest(request_id=form.request_id, vote_id=ctx.path_param("vote"), people=people)
    response: pb.AttestVoteRollResponse = await ctx.call(ctx.state.services.votes.AttestVoteRoll, request, seconds=_ROLL_DEADLINE_SECONDS)
    if not response.wrong_person_ids:
        return _back_to_vote(ctx, "attested")
    names = await ctx.person_names(response.wrong_person_ids)
    return ctx.render(
        "votes/wrong_rows", 409, vote=await fetch_vote_view(ctx), wrong=[names[person_id].full for person_id in response.wrong_person_ids]
    )


def _join_request(ctx: PageContext, request_id: str, decision: PassedDecision | None) -> pb.JoinVoteRequest:
    return pb.JoinVoteRequest(request_id=request_id, vote_id=ctx.path_param("vote"), decision_number=decision_number(decision))


def _ready_request(ctx: PageContext, request_id: str, _decision: PassedDecision | None) -> pb.ReadyVoteRequest:
    return pb.ReadyVoteRequest(request_id=request_id, vote_id=ctx.path_param("vote"))


def _withdraw_request(ctx: PageContext, request_id: str, _decision: PassedDecision | None) -> pb.WithdrawFromVoteRequest:
    return pb.WithdrawFromVoteRequest(request_id=request_id, vote_id=ctx.path_param("vote"))


def _object_request(ctx: PageContext, request_id: str, decision: PassedDecision | None) -> pb.ObjectToVoteRequest:
    return pb.ObjectToVoteRequest(request_id=request_id, vote_id=ctx.path_param("vote"), decision_number=decision_number(decision))


def _back_to_vote(ctx: PageContext, done: str) -> Response:
    return ctx.redirect(f"/votes/{ctx.path_param('vote')}?done={done}")


JOIN = rpc_action("join", action_subject, lambda services: services.votes.JoinVote, _join_request, done="?done=joined")
WATCH = replace(JOIN, name="watch")
FREEZE = ConfirmedAction("freeze", action_subject, _freeze, needs_decision=False)
ATTEST = ConfirmedAction("attest", action_subject, _attest, Access.SCRUTINEER, needs_decision=False)
READY = rpc_action(
    "ready", action_subject, lambda services: services.votes.ReadyVote, _ready_request, done="?done=ready", needs_decision=False
)
WITHDRAW = rpc_action(
    "withdraw",
    action_subject,
    lambda services: services.votes.WithdrawFromVote,
    _withdraw_request,
    done="?done=withdrawn",
    needs_decision=False,
)
OBJECT = rpc_action("object", action_subject, lambda services: services.votes.ObjectToVote, _object_request, done="/dispute?done=objected")
DONE_MESSAGES = {"joined", "frozen", "attested", "ready", "withdrawn"}
"""Values of `done` for which the vote's page shows a confirmation."""
