"""What the secretary and the scrutineers do until a vote opens, each on a page of its own."""

from dataclasses import dataclass

from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from services.web.door.forms import Form
from services.web.page import Who
from services.web.pages.deeds import About, Deed, Passed, number
from services.web.pages.votes import register
from services.web.pages.votes.view import VoteView, fetch, fetched, view
from services.web.visit import Visit

_LONG = 60.0
"""Seconds: a roll of thousands takes longer than a click, and the page says so."""


@dataclass(frozen=True)
class Next:
    """The one thing to do now. `path` is empty where there is only waiting."""

    name: str
    path: str


_NEXT = {
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


def next_step(vote: VoteView, *, left: bool = False) -> Next:
    """What the secretary does next. The words are `next.<name>`. `left`: a co-op withdrew, and the vote never opens."""
    if left and vote.state in _BEFORE_OPEN:
        return Next("left", "")
    if vote.observer:
        return Next("watch", f"{vote.path}/watch") if vote.state == "proposed" else Next("watching", "")
    if vote.state == "roll_frozen" and not vote.attested:
        return Next("scrutineers", "")
    if vote.state == "roll_frozen" and vote.ready_from:
        return Next("notice", "")
    name, path = _NEXT[vote.state]
    return Next(name, vote.path + path if path else "")


def may_withdraw(vote: VoteView) -> bool:
    """Until our own ready."""
    return vote.state in {"joined", "roll_frozen"} and not vote.observer


async def about(visit: Visit) -> About:
    """The vote by its question."""
    vote = view(visit, await fetched(visit, visit.part("vote")))
    return About(vote.title, vote.path)


async def _join(visit: Visit, form: Form, decision: Passed | None) -> Response:
    request = pb.JoinVoteRequest(request_id=form.request_id, vote_id=visit.part("vote"), decision_number=number(decision))
    await visit.ask(visit.front.services.votes.JoinVote, request)
    return _back(visit, "joined")


async def _freeze(visit: Visit, form: Form, _decision: Passed | None) -> Response:
    people = await register.voters(visit)
    request = pb.FreezeVoteRollRequest(request_id=form.request_id, vote_id=visit.part("vote"), people=people)
    await visit.ask(visit.front.services.votes.FreezeVoteRoll, request, seconds=_LONG)
    return _back(visit, "frozen")


async def _attest(visit: Visit, form: Form, _decision: Passed | None) -> Response:
    people = await register.voters(visit)
    request = pb.AttestVoteRollRequest(request_id=form.request_id, vote_id=visit.part("vote"), people=people)
    answer: pb.AttestVoteRollResponse = await visit.ask(visit.front.services.votes.AttestVoteRoll, request, seconds=_LONG)
    if not answer.wrong_person_ids:
        return _back(visit, "attested")
    names = await visit.names(answer.wrong_person_ids)
    return visit.page("votes/wrong_rows", 409, vote=await fetch(visit), wrong=[names[one].full for one in answer.wrong_person_ids])


async def _ready(visit: Visit, form: Form, _decision: Passed | None) -> Response:
    await visit.ask(visit.front.services.votes.ReadyVote, pb.ReadyVoteRequest(request_id=form.request_id, vote_id=visit.part("vote")))
    return _back(visit, "ready")


async def _withdraw(visit: Visit, form: Form, _decision: Passed | None) -> Response:
    request = pb.WithdrawFromVoteRequest(request_id=form.request_id, vote_id=visit.part("vote"))
    await visit.ask(visit.front.services.votes.WithdrawFromVote, request)
    return _back(visit, "withdrawn")


async def _object(visit: Visit, form: Form, decision: Passed | None) -> Response:
    request = pb.ObjectToVoteRequest(request_id=form.request_id, vote_id=visit.part("vote"), decision_number=number(decision))
    await visit.ask(visit.front.services.votes.ObjectToVote, request)
    return visit.go(f"/votes/{visit.part('vote')}/dispute?done=objected")


def _back(visit: Visit, done: str) -> Response:
    return visit.go(f"/votes/{visit.part('vote')}?done={done}")


JOIN = Deed("join", about, _join)
WATCH = Deed("watch", about, _join)
FREEZE = Deed("freeze", about, _freeze, decided=False)
ATTEST = Deed("attest", about, _attest, Who.SCRUTINEER, decided=False)
READY = Deed("ready", about, _ready, decided=False)
WITHDRAW = Deed("withdraw", about, _withdraw, decided=False)
OBJECT = Deed("object", about, _object)
DONE = {"joined", "frozen", "attested", "ready", "withdrawn"}
"""What the vote's page confirms."""
