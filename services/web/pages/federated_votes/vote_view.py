"""A federated vote as the pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from kith.governance.v1.enums import VoteState
from libs.boards.vote_terms import VoteTerms, read_terms
from libs.rpc.enums import known_word
from services.web.localisation import counting_rules
from services.web.localisation.catalogue import Sentence
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.motion_view import StatusLabel, open_status
from services.web.pages.rulebook_lookup import class_names, fetch_rulebook

ABSTAIN = "abstain"
APPROVAL, SCORE, PLURALITY = "approval", "score", "plurality"
TWO_SIDED_METHODS = {"yes_no_abstain": ("for", "against"), "consent": ("consent", "object")}
"""Voting methods with a yes and a no; all others have options of their own."""
SCRUTINEERS_NEEDED = 2


@dataclass(frozen=True)
class VoteView:
    """A federated vote's plain values for a template. `terms` are set for a single vote, not in a list."""

    id: str
    title: str
    text: str
    state: str
    status: StatusLabel
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
    rule: list[Sentence]
    observer: bool
    passes: bool
    must_vote_again: bool
    highest_score: int
    decided: bool
    ready_from: datetime | None
    """When our own rules allow us to declare ourselves ready, if that is in the future."""
    terms: VoteTerms | None

    @property
    def path(self) -> str:
        """The path of the vote's page."""
        return f"/votes/{self.id}"

    @property
    def open(self) -> bool:
        """Whether ballots are accepted now."""
        return self.state == "open"

    @property
    def small(self) -> bool:
        """Whether the person's group is so small that its result would reveal how individuals voted."""
        return any(small for name, _, small in self.roll if name == self.group)

    @property
    def eligible(self) -> int:
        """The number of rows of our own roll."""
        return sum(rows for _, rows, _ in self.roll)

    @property
    def attested(self) -> bool:
        """Whether enough scrutineers have attested the roll."""
        return self.attested_by >= SCRUTINEERS_NEEDED


_STATUS_KINDS = {"proposed": "wait", "disputed": "wait", "void": "no", "annulled": "no", "withdrawn": "calm"}


def vote_view(ctx: PageContext, vote: pb.Vote, names: Mapping[str, str] | None = None) -> VoteView:
    """The vote's values for a template. `names` are the groups' names by key."""
    group_names = names or {}
    state = known_word(pb.VoteState, VoteState, vote.state, VoteState.CLOSED)
    return VoteView(
        id=vote.vote_id,
        title=vote.question,
        text=vote.text,
        state=state,
        status=_status(ctx, vote, state),
        method=vote.method,
        options=list(vote.options),
        convener=vote.convener,
        participants=list(vote.participants),
        open_latest=utc_datetime(vote.open_latest),
        closes_at=utc_datetime(vote.closes_at),
        may_vote=vote.i_may_vote,
        has_voted=vote.i_have_voted,
        group=group_names.get(vote.my_group, vote.my_group),
        pseudonym=vote.my_pseudonym,
        roll=[(group_names.get(group.group, group.group), group.rows, group.small) for group in vote.groups],
        attested_by=vote.attested_by,
        i_attested=vote.i_attested,
        ballots=vote.ballots,
        rule=counting_rules.describe_rule(ctx.catalogue, vote.counting, group_names),
        observer=vote.observer,
        passes=vote.passes,
        must_vote_again=vote.must_vote_again,
        highest_score=vote.highest_score,
        decided=state in {"final", "disputed", "void", "annulled"},
        ready_from=utc_datetime(vote.ready_from) if vote.HasField("ready_from") and utc_datetime(vote.ready_from) > ctx.now else None,
        terms=read_terms(vote.terms) if vote.terms else None,
    )


def _status(ctx: PageContext, vote: pb.Vote, state: str) -> StatusLabel:
    if state == "open":
        return open_status(ctx, utc_datetime(vote.closes_at))
    if state == "final":
        return StatusLabel("yes" if vote.passes else "no", ctx.say("status.passed" if vote.passes else "status.not_passed"))
    return StatusLabel(_STATUS_KINDS.get(state, "calm"), ctx.say(f"vote_state.{state}"))


async def fetch_vote_view(ctx: PageContext) -> VoteView:
    """The vote this page is about, with its terms. NotFound when there is none."""
    return vote_view(ctx, await fetch_vote(ctx, ctx.path_param("vote")), await group_names(ctx))


async def fetch_vote(ctx: PageContext, vote_id: str) -> pb.Vote:
    """The vote as governance returns it."""
    response: pb.GetVoteResponse = await ctx.call(ctx.state.services.votes.GetVote, pb.GetVoteRequest(vote_id=vote_id))
    return response.vote


async def list_votes(ctx: PageContext, by: "gov.MotionFilter.ValueType", size: int, page_token: str = "") -> tuple[list[VoteView], str]:
    """One page of votes, and the token of the next page."""
    request = pb.ListVotesRequest(filter=by, page_size=size, page_token=page_token)
    response: pb.ListVotesResponse = await ctx.call(ctx.state.services.votes.ListVotes, request)
    return [vote_view(ctx, vote) for vote in response.votes], response.next_page_token


async def group_names(ctx: PageContext) -> dict[str, str]:
    """Names of groups by key: the name of the class with the same key in our rulebook; another co-op's own groups keep their key."""
    return class_names(await fetch_rulebook(ctx))


def group_by_four(text: str) -> str:
    """The text in groups of four characters, so that it can be read out."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def no_break_hyphens(name: str) -> str:
    """The name with non-breaking hyphens, for narrow table cells."""
    return name.replace("-", "\u2011")


def option_label(ctx: PageContext, vote: VoteView, option: str) -> str:
    """An option in words: yes and no come from the catalogue, all others are the question's own."""
    if option == ABSTAIN or vote.method in TWO_SIDED_METHODS:
        return str(ctx.say(f"choice.{option}"))
    return option
