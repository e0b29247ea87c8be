"""The person's own ballot on a motion: choose, check, confirm, receipt. Each is one page with one decision."""

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import Conflict, Invalid, Refusal
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.motion_view import MotionView, fetch_motion, fetch_my_ballot, motion_view

CHOOSE, CAST = "ballot-choose", "ballot-cast"
KNOWN_CHANNELS = {"page", "paper", "phone", "helper", "command_line"}
"""The ways of casting a ballot for which the catalogue has a message."""


async def show_vote(ctx: PageContext) -> Response:
    """The question and its choices, with the earlier choice marked."""
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    if not (motion.open and motion.may_vote):
        return ctx.redirect(f"/motions/{motion.id}")
    ballot = await fetch_my_ballot(ctx, motion.id)
    chosen = (await ctx.load_draft(_draft_name(motion.id))).get("choice") or (ballot.choice if ballot else "")
    return _question_page(ctx, motion, chosen, [])


async def choose(ctx: PageContext, form: Form) -> Response:
    """Save the choice as a draft; nothing is recorded yet."""
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    choice = form.text("choice")
    if choice not in motion.options:
        return _question_page(ctx, motion, "", [ctx.form_problem("choice", "vote.choice_missing")], 422)
    await ctx.save_draft(_draft_name(motion.id), {"choice": choice})
    return ctx.redirect(f"/motions/{motion.id}/check")


async def show_check(ctx: PageContext) -> Response:
    """The choice again, before it is recorded."""
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    choice = (await ctx.load_draft(_draft_name(motion.id))).get("choice", "")
    if not choice:
        return ctx.redirect(f"/motions/{motion.id}/vote")
    ballot = await fetch_my_ballot(ctx, motion.id)
    return _check_page(ctx, motion, choice, ballot.revision if ballot else 0, [])


async def cast(ctx: PageContext, form: Form) -> Response:
    """Cast the ballot. A stale page says so and shows the current ballot."""
    motion_id = ctx.path_param("motion")
    choice, revision = form.text("choice"), form.text("revision")
    request = pb.CastBallotRequest(
        request_id=form.request_id, motion_id=motion_id, choice=choice, revision=int(revision) if revision.isdecimal() else 0
    )
    try:
        await ctx.call(ctx.state.services.governance.CastBallot, request)
    except (Conflict, Invalid) as refusal:
        return await _stale_page(ctx, motion_id, choice, refusal)
    await ctx.delete_draft(_draft_name(motion_id))
    return ctx.redirect(f"/motions/{motion_id}/receipt")


async def show_receipt(ctx: PageContext) -> Response:
    """The receipt: what is recorded, who can see it, and how to change it."""
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    ballot = await fetch_my_ballot(ctx, motion.id)
    if ballot is None:
        return ctx.redirect(f"/motions/{motion.id}")
    return ctx.render(
        "receipt",
        motion=motion,
        choice=ballot.choice,
        number=ballot.revision,
        recorded_at=utc_datetime(ballot.recorded_at),
        ballot_id=ballot.ballot_id,
        how=ctx.say(f"news.vote_{ballot.taken if ballot.taken in KNOWN_CHANNELS else 'page'}"),
    )


async def show_paper(ctx: PageContext) -> Response:
    """The ballot as a sheet of paper."""
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    names = await ctx.person_names([ctx.person_id])
    return ctx.render("paper_ballot", motion=motion, name=names[ctx.person_id].full)


def _question_page(ctx: PageContext, motion: MotionView, chosen: str, problems: list[FormProblem], code: int = 200) -> Response:
    return ctx.render("vote", code, problems=problems, motion=motion, chosen=chosen, options=choice_options(ctx, motion), form=CHOOSE)


def choice_options(ctx: PageContext, motion: MotionView) -> list[dict[str, str]]:
    """The choices with what each means."""
    return [{"value": option, "text": str(ctx.say(f"choice.{option}")), "hint": motion.means.get(option, "")} for option in motion.options]


def _check_page(ctx: PageContext, motion: MotionView, choice: str, revision: int, problems: list[FormProblem], code: int = 200) -> Response:
    return ctx.render("check_vote", code, problems=problems, motion=motion, choice=choice, revision=revision, form=CAST)


async def _stale_page(ctx: PageContext, motion_id: str, choice: str, refusal: Refusal) -> Response:
    motion = motion_view(ctx, await fetch_motion(ctx, motion_id))
    ballot = await fetch_my_ballot(ctx, motion_id)
    problems = [FormProblem("", problem.text) for problem in ctx.form_problems(refusal)]
    if choice not in motion.options:
        return _question_page(ctx, motion, "", problems, 422)
    return _check_page(ctx, motion, choice, ballot.revision if ballot else 0, problems, 409)


def _draft_name(motion_id: str) -> str:
    return f"ballot {motion_id}"
