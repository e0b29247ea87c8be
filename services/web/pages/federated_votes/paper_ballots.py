"""Ballots on paper or by phone in a federated vote: one person records each, and another, who does not see that entry, confirms it."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.federated_votes import choice_fields
from services.web.pages.federated_votes.choice_fields import BallotChoice
from services.web.pages.federated_votes.vote_view import fetch_vote, fetch_vote_view, group_names, vote_view
from services.web.pages.member_lookup import find_person_id

RECORD, CONFIRM = "paper-between-record", "paper-between-confirm"
_PAGE_SIZE_ALL = 200


async def show_record(ctx: PageContext) -> Response:
    """The first person's form."""
    return await _record_page(ctx, {"taken": "paper", "member_number": ctx.query_param("number")}, None, [])


async def record(ctx: PageContext, form: Form) -> Response:
    """Record the ballot, which then waits for the second person."""
    vote = await fetch_vote_view(ctx)
    fields = {name: form.text(name) for name in ("member_number", "taken")}
    number = fields["member_number"]
    person_id = await find_person_id(ctx, number) if number else ""
    choice, problems = choice_fields.parse_choice(ctx, vote, form)
    if not person_id:
        problems = [ctx.form_problem("member_number", "paper.number_unknown" if number else "paper.number_missing"), *problems]
    if choice is not None and not problems:
        request = pb.RecordVoteBallotRequest(
            request_id=form.request_id, vote_id=vote.id, person_id=person_id, marks=choice.wire, taken=fields["taken"]
        )
        try:
            await ctx.call(ctx.state.services.votes.RecordVoteBallot, request)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            problems = ctx.form_problems(refusal, {"person_id": "member_number"})
    return await _record_page(ctx, fields, choice, problems, 422) if problems else ctx.redirect("/paper-votes?done=recorded")


async def list_unconfirmed(ctx: PageContext) -> list[dict[str, object]]:
    """Ballots that wait for the second person, for the list of all paper votes, without the choices."""
    ballots = await _fetch_unconfirmed(ctx)
    names = await ctx.person_names(key for ballot in ballots for key in (ballot.person_id, ballot.recorder))
    titles = {key: vote_view(ctx, await fetch_vote(ctx, key)).title for key in {ballot.motion_id for ballot in ballots}}
    return [
        {
            "path": f"/votes/{ballot.motion_id}/paper-votes/{ballot.record_id}",
            "motion": titles[ballot.motion_id],
            "name": names[ballot.person_id].full,
            "taken": ctx.say(f"taken.{ballot.taken}"),
            "recorder": names[ballot.recorder].full,
            "mine": ballot.recorder == ctx.person_id,
            "when": ctx.format_moment(utc_datetime(ballot.recorded_at)),
        }
        for ballot in ballots
    ]


async def show_confirm(ctx: PageContext) -> Response:
    """The second person's form: the same choices, unmarked."""
    return await _confirm_page(ctx, [])


async def confirm(ctx: PageContext, form: Form) -> Response:
    """Confirm the ballot with the choice that the second person reads on the paper."""
    vote = await fetch_vote_view(ctx)
    choice, problems = choice_fields.parse_choice(ctx, vote, form)
    if choice is None:
        return await _confirm_page(ctx, problems, 422)
    request = pb.ConfirmVoteBallotRequest(request_id=form.request_id, record_id=ctx.path_param("record"), marks=choice.wire)
    try:
        response: pb.ConfirmVoteBallotResponse = await ctx.call(ctx.state.services.votes.ConfirmVoteBallot, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _confirm_page(ctx, ctx.form_problems(refusal), 422)
    return ctx.redirect("/paper-votes?done=differs" if response.differs else "/paper-votes?done=confirmed")


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


async def _record_page(
    ctx: PageContext, fields: Mapping[str, str], choice: BallotChoice | None, problems: list[FormProblem], code: int = 200
) -> Response:
    vote = await fetch_vote_view(ctx)
    channels = [{"value": channel, "text": str(ctx.say(f"taken.{channel}")), "hint": ""} for channel in ("paper", "phone")]
    return ctx.render(
        "votes/paper_record",
        code,
        problems=problems,
        vote=vote,
        fields=fields,
        answers=choice_fields.answer_fields(ctx, vote, choice),
        kind=choice_fields.input_type(vote),
        taken=channels,
        form=RECORD,
    )


async def _confirm_page(ctx: PageContext, problems: list[FormProblem], code: int = 200) -> Response:
    vote = vote_view(ctx, await fetch_vote(ctx, ctx.path_param("vote")), await group_names(ctx))
    record_id = ctx.path_param("record")
    ballot = next((ballot for ballot in await _fetch_unconfirmed(ctx, vote.id) if ballot.record_id == record_id), None)
    if ballot is None:
        return ctx.redirect("/paper-votes")
    names = await ctx.person_names([ballot.person_id, ballot.recorder])
    return ctx.render(
        "votes/paper_confirm",
        code,
        problems=problems,
        vote=vote,
        record_id=record_id,
        name=names[ballot.person_id].full,
        recorder=names[ballot.recorder].full,
        taken=ctx.say(f"taken.{ballot.taken}"),
        answers=choice_fields.answer_fields(ctx, vote, None),
        kind=choice_fields.input_type(vote),
        form=CONFIRM,
    )


async def _fetch_unconfirmed(ctx: PageContext, vote_id: str = "") -> list[gov.UnconfirmedBallot]:
    ballots: list[gov.UnconfirmedBallot] = []
    token = ""
    while True:
        response: pb.ListUnconfirmedVoteBallotsResponse = await ctx.call(
            ctx.state.services.votes.ListUnconfirmedVoteBallots,
            pb.ListUnconfirmedVoteBallotsRequest(vote_id=vote_id, page_size=_PAGE_SIZE_ALL, page_token=token),
        )
        ballots += response.ballots
        token = response.next_page_token
        if not token:
            return ballots
