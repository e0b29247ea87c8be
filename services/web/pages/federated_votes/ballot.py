"""The person's own ballot in a federated vote: choose, check, cast or take back."""

from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import Conflict, Invalid, Refusal
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.federated_votes import choice_fields
from services.web.pages.federated_votes.choice_fields import BallotChoice
from services.web.pages.federated_votes.vote_view import VoteView, fetch_vote_view

CHOOSE, CAST, TAKE_BACK = "ballot-between-choose", "ballot-between-cast", "ballot-between-back"


async def show(ctx: PageContext) -> Response:
    """The question, what is not promised, and the choices, with the earlier choice marked."""
    vote = await fetch_vote_view(ctx)
    if not (vote.open and vote.may_vote):
        return ctx.redirect(vote.path)
    drafted = choice_fields.choice_from_draft(ctx, vote, await ctx.load_draft(_draft_name(vote)))
    return _question_page(ctx, vote, drafted or choice_fields.choice_from_ballot(await fetch_my_ballot(ctx, vote)), [])


async def choose(ctx: PageContext, form: Form) -> Response:
    """Save the choice as a draft; nothing is recorded yet."""
    vote = await fetch_vote_view(ctx)
    choice, problems = choice_fields.parse_choice(ctx, vote, form)
    if choice is None:
        return _question_page(ctx, vote, None, problems, 422)
    await ctx.save_draft(_draft_name(vote), choice_fields.form_fields(vote, choice))
    return ctx.redirect(f"{vote.path}/check")


async def show_check(ctx: PageContext) -> Response:
    """The choice again, before it is recorded."""
    vote = await fetch_vote_view(ctx)
    choice = choice_fields.choice_from_draft(ctx, vote, await ctx.load_draft(_draft_name(vote)))
    if choice is None:
        return ctx.redirect(f"{vote.path}/vote")
    ballot = await fetch_my_ballot(ctx, vote)
    return _check_page(ctx, vote, choice, ballot.revision if ballot else 0, [])


async def cast(ctx: PageContext, form: Form) -> Response:
    """Cast the ballot. A stale page says so and shows the current ballot."""
    vote = await fetch_vote_view(ctx)
    choice, problems = choice_fields.parse_choice(ctx, vote, form)
    if choice is None:
        return _question_page(ctx, vote, None, problems, 422)
    try:
        await _cast_ballot(ctx, vote, form, pb.CastVoteBallotRequest(marks=choice.wire))
    except (Conflict, Invalid) as refusal:
        return await _stale_page(ctx, vote, choice, refusal)
    await ctx.delete_draft(_draft_name(vote))
    return ctx.redirect(f"{vote.path}/receipt")


async def show_take_back(ctx: PageContext) -> Response:
    """The confirmation before the ballot is taken back."""
    vote = await fetch_vote_view(ctx)
    ballot = await fetch_my_ballot(ctx, vote)
    if not vote.open or ballot is None or ballot.withdrawn:
        return ctx.redirect(vote.path)
    return ctx.render("votes/take_back", vote=vote, revision=ballot.revision, form=TAKE_BACK)


async def take_back(ctx: PageContext, form: Form) -> Response:
    """Take the ballot back: it does not count until another is cast."""
    vote = await fetch_vote_view(ctx)
    await _cast_ballot(ctx, vote, form, pb.CastVoteBallotRequest(withdraw=True))
    await ctx.delete_draft(_draft_name(vote))
    return ctx.redirect(f"{vote.path}/receipt")


async def fetch_my_ballot(ctx: PageContext, vote: VoteView) -> pb.VoteBallot | None:
    """The person's own recorded ballot, if there is one."""
    response: pb.GetMyVoteBallotResponse = await ctx.call(
        ctx.state.services.votes.GetMyVoteBallot, pb.GetMyVoteBallotRequest(vote_id=vote.id)
    )
    return response.ballot if response.HasField("ballot") else None


async def _cast_ballot(ctx: PageContext, vote: VoteView, form: Form, request: pb.CastVoteBallotRequest) -> None:
    revision = form.text("revision")
    request.request_id, request.vote_id = form.request_id, vote.id
    request.revision = int(revision) if revision.isdecimal() and len(revision) < 10 else 0
    await ctx.call(ctx.state.services.votes.CastVoteBallot, request)


def _question_page(ctx: PageContext, vote: VoteView, chosen: BallotChoice | None, problems: list[FormProblem], code: int = 200) -> Response:
    return ctx.render(
        "votes/ballot",
        code,
        problems=problems,
        vote=vote,
        answers=choice_fields.answer_fields(ctx, vote, chosen),
        kind=choice_fields.input_type(vote),
        form=CHOOSE,
    )


def _check_page(
    ctx: PageContext, vote: VoteView, choice: BallotChoice, revision: int, problems: list[FormProblem], code: int = 200
) -> Response:
    return ctx.render(
        "votes/check",
        code,
        problems=problems,
        vote=vote,
        choice_text=choice_fields.describe_choice(ctx, vote, choice.marks),
        hidden_fields=choice_fields.form_fields(vote, choice),
        revision=revision,
        form=CAST,
    )


async def _stale_page(ctx: PageContext, vote: VoteView, choice: BallotChoice, refusal: Refusal) -> Response:
    ballot = await fetch_my_ballot(ctx, vote)
    problems = [FormProblem("", problem.text) for problem in ctx.form_problems(refusal)]
    return _check_page(ctx, vote, choice, ballot.revision if ballot else 0, problems, 409)


def _draft_name(vote: VoteView) -> str:
    return f"ballot {vote.id}"
