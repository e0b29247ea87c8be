"""The list of motions: those that need the person's vote, open ones and decided ones; and the page of one motion."""

from starlette.responses import Response

from services.web.page_context import PageContext
from services.web.pages.list_sections import fetch_list_sections
from services.web.pages.motion_view import fetch_motion, fetch_my_ballot, list_motions, motion_view


async def show(ctx: PageContext) -> Response:
    """All motions."""
    return ctx.render("motions", **await fetch_list_sections(ctx, list_motions))


async def show_one(ctx: PageContext) -> Response:
    """One motion: its question, who may vote, how it is counted, until when."""
    motion = await fetch_motion(ctx, ctx.path_param("motion"))
    ballot = await fetch_my_ballot(ctx, motion.motion_id) if motion.i_have_voted else None
    return ctx.render("motion", motion=motion_view(ctx, motion), choice=ballot.choice if ballot else "", secretary=ctx.has_hat("secretary"))
