"""The receipt of the person's own ballot on a motion, and the ballot as a sheet of paper."""

from starlette.responses import Response

from services.web.page_context import PageContext, utc_datetime
from services.web.pages.ballots.carrier import CHANNELS
from services.web.pages.motion_view import fetch_motion, fetch_my_ballot, motion_view


async def show_receipt(ctx: PageContext) -> Response:
    """The receipt: what is recorded, who can see it, and how to change it."""
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    ballot = await fetch_my_ballot(ctx, motion.id)
    if ballot is None:
        return ctx.redirect(f"/motions/{motion.id}")
    names = await ctx.person_names(ballot.recorders)
    return ctx.render(
        "receipt",
        entered_by=[names[recorder].full for recorder in ballot.recorders],
        asked_for=ballot.asked_for,
        motion=motion,
        choice=ballot.choice,
        number=ballot.revision,
        recorded_at=utc_datetime(ballot.recorded_at),
        ballot_id=ballot.ballot_id,
        how=ctx.say(f"news.vote_{ballot.taken if ballot.taken in CHANNELS else 'page'}"),
    )


async def show_paper(ctx: PageContext) -> Response:
    """The ballot as a sheet of paper."""
    motion = motion_view(ctx, await fetch_motion(ctx, ctx.path_param("motion")))
    names = await ctx.person_names([ctx.person_id])
    return ctx.render("paper_ballot", motion=motion, name=names[ctx.person_id].full)
