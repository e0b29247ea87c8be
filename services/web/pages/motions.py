"""Motions: what needs your voice, what is open, what was decided; and one of them in full."""

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from services.web.pages.motion_view import fetch, listed, my_ballot, view
from services.web.visit import Visit

_PAGE = 20


async def show(visit: Visit) -> Response:
    """Three lists; only the decided ones can be many, so only they are paged."""
    voice, _ = await listed(visit, pb.MOTION_FILTER_NEEDS_MY_VOICE, _PAGE)
    running, _ = await listed(visit, pb.MOTION_FILTER_OPEN, _PAGE)
    decided, more = await listed(visit, pb.MOTION_FILTER_CLOSED, _PAGE, visit.query("page"))
    shown = {one.id for one in voice}
    secretary = bool(visit.session and visit.session.wears("secretary"))
    return visit.page(
        "motions",
        voice=voice,
        running=[one for one in running if one.id not in shown],
        decided=decided,
        more=f"/motions?page={more}" if more else "",
        secretary=secretary,
    )


async def show_one(visit: Visit) -> Response:
    """What it is about, who may vote, how it is counted, until when."""
    motion = await fetch(visit, visit.part("motion"))
    ballot = await my_ballot(visit, motion.motion_id) if motion.i_have_voted else None
    secretary = bool(visit.session and visit.session.wears("secretary"))
    return visit.page("motion", motion=view(visit, motion), choice=ballot.choice if ballot else "", secretary=secretary)
