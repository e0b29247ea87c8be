"""Home: what needs your voice, and what has changed. At most five things."""

from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import Elsewhere
from services.web.pages import news
from services.web.pages.motion_view import MotionView, listed
from services.web.pages.news_between import Told
from services.web.pages.votes import view as between
from services.web.pages.votes.view import VoteView
from services.web.visit import Visit
from services.web.words import dates

_MOST_THINGS = 5
_MOST_CHANGES = 3


async def show(visit: Visit) -> Response:
    """Asks for little, and stays up when a service does not answer."""
    names = await visit.names([visit.person_id])
    try:
        motions, more = await listed(visit, pb.MOTION_FILTER_NEEDS_MY_VOICE, _MOST_THINGS - 1)
        votes, more_votes = await between.listed(visit, pb.MOTION_FILTER_NEEDS_MY_VOICE, _MOST_THINGS - 1)
        waiting: list[MotionView | VoteView] = sorted([*motions, *votes], key=lambda one: one.closes_at)
        voice = waiting[: _MOST_THINGS - 1]
        more = more or more_votes or ("more" if len(waiting) > len(voice) else "")
        room = min(_MOST_CHANGES, _MOST_THINGS - len(voice))
        changed = await news.newest(visit, room, {one.id for one in voice})
        away = False
    except Elsewhere:
        voice, more, changed, away = list[MotionView | VoteView](), "", list[Told](), True
    part = dates.part_of_day(visit.now, visit.front.co_op.zone)
    return visit.page(
        "home",
        greeting=visit.say(f"home.good_{part}", name=names[visit.person_id].short),
        day_said=visit.day(visit.local_day().isoformat()),
        voice=voice,
        more=bool(more),
        changed=changed,
        away=away,
    )
