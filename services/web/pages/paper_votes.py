"""Ballots on paper or by phone. Two people enter each of them, and the second does not see what the first entered."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.federated_votes import paper_ballots as federated_paper_ballots
from services.web.pages.member_lookup import find_person_id
from services.web.pages.motion_ballot import choice_options
from services.web.pages.motion_view import fetch_motion, motion_view

RECORD, CONFIRM = "paper-record", "paper-confirm"
_PAGE_SIZE = 50
_PAGE_SIZE_ALL = 200


async def show_record(ctx: PageContext) -> Response:
    """The first person's form."""
    return await _record_page(ctx, {"taken": "paper", "member_number": ctx.query_param("number")}, [])


async def record(ctx: PageContext, form: Form) -> Response:
    """Record the ballot, which then waits for the second person."""
    motion_id = ctx.path_param("motion")
    fields = {name: form.text(name) for name in ("member_number", "choice", "taken")}
    problems, person_id = [], ""
    if fields["member_number"]:
        person_id = await find_person_id(ctx, fields["member_number"])
    if not person_id:
        problems.append(ctx.form_problem("member_number", "paper.number_unknown" if fields["member_number"] else "paper.number_missing"))
    if not fields["choice"]:
        problems.append(ctx.form_problem("choice", "paper.choice_missing"))
    if not problems:
        request = pb.RecordBallotRequest(
            request_id=form.request_id, motion_id=motion_id, person_id=person_id, choice=fields["choice"], taken=fields["taken"]
        )
        try:
            await ctx.call(ctx.state.services.governance.RecordBallot, request)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            problems = ctx.form_problems(refusal, {"person_id": "member_number"})
    return await _record_page(ctx, fields, problems, 422) if problems else ctx.redirect("/paper-votes?done=recorded")


async def show(ctx: PageContext) -> Response:
    """Ballots that wait for the second person, without the choices."""
    request = pb.ListUnconfirmedBallotsRequest(page_size=_PAGE_SIZE, page_token=ctx.query_param("page"))
    response: pb.ListUnconfirmedBallotsResponse = await ctx.call(ctx.state.services.governance.ListUnconfirmedBallots, request)
    names = await ctx.person_names(key for ballot in response.ballots for key in (ballot.person_id, ballot.recorder))
    titles = {key: motion_view(ctx, await fetch_motion(ctx, key)).title for key in {ballot.motion_id for ballot in response.ballots}}
    rows = [
        {
            "motion": titles[ballot.motion_id],
            "path": f"/paper-votes/{ballot.record_id}",
            "name": names[ballot.person_id].full,
            "taken": ctx.say(f"taken.{ballot.taken}"),
            "recorder": names[ballot.recorder].full,
            "mine": ballot.recorder == ctx.person_id,
            "when": ctx.format_moment(utc_datetime(ballot.recorded_at)),
        }
        for ballot in response.ballots
    ]
    done = ctx.query_param("done") if ctx.query_param("done") in {"recorded", "confirmed", "differs"} else ""
    more = f"/paper-votes?page={response.next_page_token}" if response.next_page_token else ""
    return ctx.render("paper_votes", rows=[*rows, *await federated_paper_ballots.list_unconfirmed(ctx)], done=done, more=more)


async def show_confirm(ctx: PageContext) -> Response:
    """The second person's form: the paper, and the same choices unmarked."""
    return await _confirm_page(ctx, [])


async def confirm(ctx: PageContext, form: Form) -> Response:
    """Confirm the ballot with the choice that the second person reads on the paper."""
    choice = form.text("choice")
    if not choice:
        return await _confirm_page(ctx, [ctx.form_problem("choice", "paper.choice_missing")], 422)
    request = pb.ConfirmBallotRequest(request_id=form.request_id, record_id=ctx.path_param("record"), choice=choice)
    try:
        response: pb.ConfirmBallotResponse = await ctx.call(ctx.state.services.governance.ConfirmBallot, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _confirm_page(ctx, ctx.form_problems(refusal), 422)
    return ctx.redirect("/paper-votes?done=differs" if response.differs else "/paper-votes?done=confirmed")


async def _record_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    channels = [{"value": channel, "text": str(ctx.say(f"taken.{channel}")), "hint": ""} for channel in ("paper", "phone")]
    return ctx.render(
        "paper_record",
        code,
        problems=problems,
        motion=motion,
        fields=fields,
        options=choice_options(ctx, motion),
        taken=channels,
        form=RECORD,
    )


async def _confirm_page(ctx: PageContext, problems: list[FormProblem], code: int = 200) -> Response:
    record_id = ctx.path_param("record")
    ballot = await _find_unconfirmed(ctx, record_id)
    if ballot is None:
        return ctx.redirect("/paper-votes")
    motion = motion_view(ctx, await fetch_motion(ctx, ballot.motion_id))
    names = await ctx.person_names([ballot.person_id, ballot.recorder])
    return ctx.render(
        "paper_confirm",
        code,
        problems=problems,
        motion=motion,
        record_id=record_id,
        name=names[ballot.person_id].full,
        recorder=names[ballot.recorder].full,
        taken=ctx.say(f"taken.{ballot.taken}"),
        options=choice_options(ctx, motion),
        form=CONFIRM,
    )


async def _find_unconfirmed(ctx: PageContext, record_id: str) -> pb.UnconfirmedBallot | None:
    token = ""
    while True:
        response: pb.ListUnconfirmedBallotsResponse = await ctx.call(
            ctx.state.services.governance.ListUnconfirmedBallots,
            pb.ListUnconfirmedBallotsRequest(page_size=_PAGE_SIZE_ALL, page_token=token),
        )
        for ballot in response.ballots:
            if ballot.record_id == record_id:
                return ballot
        token = response.next_page_token
        if not token:
            return None
