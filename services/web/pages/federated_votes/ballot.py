"""Taking back one's ballot in a federated vote, and the ballot as a sheet of paper."""

from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.ballots.federated import fetch_my_vote_ballot
from services.web.pages.ballots.own_ballot import draft_name
from services.web.pages.federated_votes import choice_fields
from services.web.pages.federated_votes.vote_view import fetch_vote_view

TAKE_BACK = "ballot-between-back"


async def show_take_back(ctx: PageContext) -> Response:
    """The confirmation before the ballot is taken back."""
    vote = await fetch_vote_view(ctx)
    ballot = await fetch_my_vote_ballot(ctx, vote)
    if not vote.open or ballot is None or ballot.withdrawn:
        return ctx.redirect(vote.path)
    return ctx.render("votes/take_back", vote=vote, revision=ballot.revision, form=TAKE_BACK)


async def take_back(ctx: PageContext, form: Form) -> Response:
    """Take the ballot back: it does not count until another is cast."""
    vote = await fetch_vote_view(ctx)
    request = pb.CastVoteBallotRequest(request_id=form.request_id, vote_id=vote.id, revision=form.shown_number("revision"), withdraw=True)
    await ctx.call(ctx.state.services.votes.CastVoteBallot, request)
    await form_keeping.delete_draft(ctx, draft_name(vote))
    return ctx.redirect(f"{vote.path}/receipt")


async def show_paper(ctx: PageContext) -> Response:
    """The ballot as a sheet of paper."""
    vote = await fetch_vote_view(ctx)
    names = await ctx.person_names([ctx.person_id])
    return ctx.render(
        "votes/paper_ballot",
        vote=vote,
        name=names[ctx.person_id].full,
        answers=choice_fields.answer_fields(ctx, vote, None),
        kind=choice_fields.input_type(vote),
    )
