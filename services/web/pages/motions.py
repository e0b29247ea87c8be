"""The list of motions: those that need the person's vote, open ones and decided ones; and the page of one motion."""

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from services.web.page_context import PageContext
from services.web.pages.motion_view import fetch_motion, fetch_my_ballot, list_motions, motion_view

_PAGE_SIZE = 20


async def show(ctx: PageContext) -> Response:
    """Three lists; only the decided ones can be many, so only they are paged."""
    needs_vote, _ = await list_motions(ctx, pb.MOTION_FILTER_NEEDS_MY_VOICE, _PAGE_SIZE)
    running, _ = await list_motions(ctx, pb.MOTION_FILTER_OPEN, _PAGE_SIZE)
    decided, more = await list_motions(ctx, pb.MOTION_FILTER_CLOSED, _PAGE_SIZE, ctx.query_param("page"))
    shown = {motion.id for motion in needs_vote}
    secretary = bool(ctx.session and ctx.session.wears("secretary"))
    return ctx.render(
        "motions",
        voice=needs_vote,
        running=[motion for motion in running if motion.id not in shown],
        decided=decided,
        more=f"/motions?page={more}" if more else "",
        secretary=secretary,
    )


async def show_one(ctx: PageContext) -> Response:
    """One motion: its question, who may vote, how it is counted, until when."""
    motion = await fetch_motion(ctx, ctx.path_param("motion"))
    ballot = await fetch_my_ballot(ctx, motion.motion_id) if motion.i_have_voted else None
    secretary = bool(ctx.session and ctx.session.wears("secretary"))
    return ctx.render("motion", motion=motion_view(ctx, motion), choice=ballot.choice if ballot else "", secretary=secretary)
