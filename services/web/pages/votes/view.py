"""A vote with other co-ops as the pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.boards.terms import Terms, read_terms
from services.web.pages.motion_view import Status
from services.web.visit import Visit, utc
from services.web.words import counting, dates
from services.web.words.catalogue import Line

ABSTAIN = "abstain"
APPROVAL, SCORE, PLURALITY = "approval", "score", "plurality"
TWO_SIDED = {"yes_no_abstain": ("for", "against"), "consent": ("consent", "object")}
"""Methods with a yes and a no; every other one has options of its own."""
SCRUTINEERS_NEEDED = 2


@dataclass(frozen=True)
class VoteView:
    """Plain values for a template. `terms` are there for one vote, not in a list."""

    id: str
    title: str
    text: str
    state: str
    status: Status
    method: str
    options: list[str]
    convener: str
    participants: list[str]
    open_latest: datetime
    closes_at: datetime
    may_vote: bool
    has_voted: bool
    group: str
    pseudonym: str
    roll: list[tuple[str, int, bool]]
    attested_by: int
    i_attested: bool
    ballots: int
    rule: list[Line]
    observer: bool
    passes: bool
    again: bool
    highest_score: int
    decided: bool
    ready_from: datetime | None
    """When our own rules let us say ready, where that is still to come."""
    terms: Terms | None

    @property
    def path(self) -> str:
        """Where it stands in full."""
        return f"/votes/{self.id}"

    @property
    def open(self) -> bool:
        """Ballots are taken now."""
        return self.state == "open"

    @property
    def small(self) -> bool:
        """The visitor's group is so small that it would tell how single people voted."""
        return any(small for name, _, small in self.roll if name == self.group)

    @property
    def eligible(self) -> int:
        """How many rows our own roll has."""
        return sum(rows for _, rows, _ in self.roll)

    @property
    def attested(self) -> bool:
        """Enough scrutineers have looked."""
        return self.attested_by >= SCRUTINEERS_NEEDED


_STATES = {
    pb.VOTE_STATE_PROPOSED: "proposed",
    pb.VOTE_STATE_JOINED: "joined",
    pb.VOTE_STATE_ROLL_FROZEN: "roll_frozen",
    pb.VOTE_STATE_READY: "ready",
    pb.VOTE_STATE_OPEN: "open",
    pb.VOTE_STATE_CLOSED: "closed",
    pb.VOTE_STATE_FINAL: "final",
    pb.VOTE_STATE_DISPUTED: "disputed",
    pb.VOTE_STATE_VOID: "void",
    pb.VOTE_STATE_WITHDRAWN: "withdrawn",
    pb.VOTE_STATE_ANNULLED: "annulled",
}
_KINDS = {"proposed": "wait", "disputed": "wait", "void": "no", "annulled": "no", "withdrawn": "calm"}


def view(visit: Visit, vote: pb.Vote, names: Mapping[str, str] | None = None) -> VoteView:
    """`names` are the groups' names by key."""
    known = names or {}
    state = _STATES.get(vote.state, "closed")
    return VoteView(
        id=vote.vote_id,
        title=vote.question,
        text=vote.text,
        state=state,
        status=_status(visit, vote, state),
        method=vote.method,
        options=list(vote.options),
        convener=vote.convener,
        participants=list(vote.participants),
        open_latest=utc(vote.open_latest),
        closes_at=utc(vote.closes_at),
        may_vote=vote.i_may_vote,
        has_voted=vote.i_have_voted,
        group=known.get(vote.my_group, vote.my_group),
        pseudonym=vote.my_pseudonym,
        roll=[(known.get(one.group, one.group), one.rows, one.small) for one in vote.groups],
        attested_by=vote.attested_by,
        i_attested=vote.i_attested,
        ballots=vote.ballots,
        rule=counting.rule(visit.words, vote.counting, known),
        observer=vote.observer,
        passes=vote.passes,
        again=vote.must_vote_again,
        highest_score=vote.highest_score,
        decided=state in {"final", "disputed", "void", "annulled"},
        ready_from=utc(vote.ready_from) if vote.HasField("ready_from") and utc(vote.ready_from) > visit.now else None,
        terms=read_terms(vote.terms) if vote.terms else None,
    )


def _status(visit: Visit, vote: pb.Vote, state: str) -> Status:
    if state == "open":
        how, days = dates.left(utc(vote.closes_at), visit.front.co_op.zone, visit.now)
        return Status("wait", visit.say(f"status.open.{how}", days) if how == "days" else visit.say(f"status.open.{how}"))
    if state == "final":
        return Status("yes" if vote.passes else "no", visit.say("status.passed" if vote.passes else "status.not_passed"))
    return Status(_KINDS.get(state, "calm"), visit.say(f"vote_state.{state}"))


async def fetch(visit: Visit) -> VoteView:
    """The vote this page is about, with its terms. NotFound when there is none."""
    return view(visit, await fetched(visit, visit.part("vote")), await group_names(visit))


async def fetched(visit: Visit, vote_id: str) -> pb.Vote:
    """As the service says it."""
    answer: pb.GetVoteResponse = await visit.ask(visit.front.services.votes.GetVote, pb.GetVoteRequest(vote_id=vote_id))
    return answer.vote


async def listed(visit: Visit, by: "gov.MotionFilter.ValueType", size: int, page_token: str = "") -> tuple[list[VoteView], str]:
    """One page of votes, and the token of the next."""
    request = pb.ListVotesRequest(filter=by, page_size=size, page_token=page_token)
    answer: pb.ListVotesResponse = await visit.ask(visit.front.services.votes.ListVotes, request)
    return [view(visit, one) for one in answer.votes], answer.next_page_token


async def group_names(visit: Visit) -> dict[str, str]:
    """What groups are called: as our rulebook names the class of the same key; another co-op's own groups keep their key."""
    rules: gov.GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, gov.GetRulebookRequest())
    return {one.key: one.name for one in rules.classes}


def in_fours(text: str) -> str:
    """Long characters in groups of four, so that they can be read out."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def unbroken(name: str) -> str:
    """A name that stands in a narrow place and must not part at its hyphen."""
    return name.replace("-", "\u2011")


def option_said(visit: Visit, vote: VoteView, option: str) -> str:
    """An option in words: those of a yes and a no are ours, every other one is the question's own."""
    if option == ABSTAIN or vote.method in TWO_SIDED:
        return str(visit.say(f"choice.{option}"))
    return option
