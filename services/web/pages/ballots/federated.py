"""Ballots in a federated vote: one answer, several answers, or points."""

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.ballots.carrier import AnswerField, BallotChoice, BallotTexts, OwnBallot, PaperEntry
from services.web.pages.federated_votes import choice_fields
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote, group_names, vote_view
from services.web.pages.paging import fetch_all


class FederatedBallots:
    """See `BallotCarrier`."""

    form_suffix = "-between"

    async def fetch(self, ctx: PageContext, question_id: str = "") -> VoteView:
        return vote_view(ctx, await fetch_vote(ctx, question_id or ctx.path_param("vote")), await group_names(ctx))

    def texts(self, vote: VoteView) -> BallotTexts:
        kind = choice_fields.input_type(vote)
        return BallotTexts(kind, f"ballot.ask_{kind}", "ballot.recorded", vote.highest_score, vote.small, states_limits=True)

    def answers(self, ctx: PageContext, vote: VoteView, chosen: BallotChoice | None) -> list[AnswerField]:
        return choice_fields.answer_fields(ctx, vote, chosen)

    def parse(self, ctx: PageContext, vote: VoteView, form: Form) -> tuple[BallotChoice | None, list[FormProblem]]:
        return choice_fields.parse_choice(ctx, vote, form)

    def form_fields(self, vote: VoteView, choice: BallotChoice) -> dict[str, str]:
        return choice_fields.form_fields(vote, choice)

    def describe(self, ctx: PageContext, vote: VoteView, choice: BallotChoice) -> str:
        return choice_fields.describe_choice(ctx, vote, choice.marks)

    async def fetch_my_ballot(self, ctx: PageContext, vote: VoteView) -> OwnBallot | None:
        ballot = await fetch_my_vote_ballot(ctx, vote)
        return OwnBallot(ballot.revision, None if ballot.withdrawn else _choice_of(ballot)) if ballot else None

    async def cast(self, ctx: PageContext, vote: VoteView, choice: BallotChoice, revision: int, request_id: str) -> None:
        request = pb.CastVoteBallotRequest(request_id=request_id, vote_id=vote.id, marks=_marks(choice), revision=revision)
        await ctx.call(ctx.state.services.votes.CastVoteBallot, request)

    async def record(self, ctx: PageContext, vote: VoteView, person_id: str, choice: BallotChoice, entry: PaperEntry) -> None:
        request = pb.RecordVoteBallotRequest(
            request_id=entry.request_id,
            vote_id=vote.id,
            person_id=person_id,
            marks=_marks(choice),
            taken=entry.channel,
            asked_for=entry.asked_for,
        )
        await ctx.call(ctx.state.services.votes.RecordVoteBallot, request)

    async def list_unconfirmed(self, ctx: PageContext) -> list[gov.UnconfirmedBallot]:
        request = pb.ListUnconfirmedVoteBallotsRequest()
        return await fetch_all(ctx, ctx.state.services.votes.ListUnconfirmedVoteBallots, request, lambda response: response.ballots)

    def confirm_path(self, ballot: gov.UnconfirmedBallot) -> str:
        return f"/votes/{ballot.motion_id}/paper-votes/{ballot.record_id}"

    async def confirm(self, ctx: PageContext, record_id: str, choice: BallotChoice, entry: PaperEntry) -> bool:
        request = pb.ConfirmVoteBallotRequest(
            request_id=entry.request_id, record_id=record_id, marks=_marks(choice), asked_for=entry.asked_for
        )
        response: pb.ConfirmVoteBallotResponse = await ctx.call(ctx.state.services.votes.ConfirmVoteBallot, request)
        return response.differs


async def fetch_my_vote_ballot(ctx: PageContext, vote: VoteView) -> pb.VoteBallot | None:
    """The person's own recorded ballot, if there is one."""
    request = pb.GetMyVoteBallotRequest(vote_id=vote.id)
    response: pb.GetMyVoteBallotResponse = await ctx.call(ctx.state.services.votes.GetMyVoteBallot, request)
    return response.ballot if response.HasField("ballot") else None


def _choice_of(ballot: pb.VoteBallot) -> BallotChoice:
    return BallotChoice(tuple((mark.option, mark.points) for mark in ballot.marks))


def _marks(choice: BallotChoice) -> list[pb.Mark]:
    return [pb.Mark(option=option, points=points) for option, points in choice.marks]
